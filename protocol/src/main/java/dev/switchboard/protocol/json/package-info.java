/** JSON and msgpack to and from values; the only place that knows Jackson and msgpack-core. */
@NullMarked
package dev.switchboard.protocol.json;

import org.jspecify.annotations.NullMarked;
