/** One namespace across nodes: requests, replies, the in-memory adapter, the recovery log. */
@NullMarked
package dev.switchboard.server.cluster;

import org.jspecify.annotations.NullMarked;
