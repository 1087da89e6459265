/**
 * The API of the server: namespaces, sockets, rooms, acknowledgements, middleware. Start at {@link
 * dev.switchboard.server.SocketIoServer}.
 */
@NullMarked
package dev.switchboard.server;

import org.jspecify.annotations.NullMarked;
