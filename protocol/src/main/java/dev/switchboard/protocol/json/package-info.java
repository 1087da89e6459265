/** JSON and msgpack to and from values; the only place that knows Jackson. */
@NullMarked
package dev.switchboard.protocol.json;

import org.jspecify.annotations.NullMarked;
