/** {@code sio}: a Socket.IO client for the command line. */
@NullMarked
package dev.switchboard.sio;

import org.jspecify.annotations.NullMarked;
