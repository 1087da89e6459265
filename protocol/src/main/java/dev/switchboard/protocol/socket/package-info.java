/** Socket.IO packets, and the text and msgpack parsers. No I/O. */
@NullMarked
package dev.switchboard.protocol.socket;

import org.jspecify.annotations.NullMarked;
