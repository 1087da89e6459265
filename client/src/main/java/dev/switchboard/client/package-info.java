/**
 * A Socket.IO client with reconnection, on the HTTP client of the JDK. It begins with {@link
 * dev.switchboard.client.SocketIoClient}.
 */
@NullMarked
package dev.switchboard.client;

import org.jspecify.annotations.NullMarked;
