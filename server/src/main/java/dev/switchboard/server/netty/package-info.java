/** HTTP and WebSocket on Netty, event loops, the flusher. The only place that knows Netty. */
@NullMarked
package dev.switchboard.server.netty;

import org.jspecify.annotations.NullMarked;
