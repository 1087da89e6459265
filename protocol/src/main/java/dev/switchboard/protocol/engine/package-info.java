/** Engine.IO packets and polling payloads, revisions 4 and 3, as values and codecs. No I/O. */
@NullMarked
package dev.switchboard.protocol.engine;

import org.jspecify.annotations.NullMarked;
