package dev.switchboard.server;

import dev.switchboard.server.engine.ConnectionError;
import org.jspecify.annotations.Nullable;

/**
 * Watches a server, for metrics and logs. Every method has a default that does nothing. They are
 * called on event loops and handler threads alike and must not block; what they throw is logged.
 */
public interface ServerListener {
  /** A request was refused before it became a session; the reference's {@code connection_error}. */
  default void onConnectionError(ConnectionError error) {}

  /** A namespace was created, by {@link SocketIoServer#of} or by a client of a dynamic one. */
  default void onNamespaceCreated(Namespace namespace) {}

  /** A dynamic namespace was removed, since it was empty. */
  default void onNamespaceRemoved(Namespace namespace) {}

  /** A socket was connected; its connection handlers run next. */
  default void onConnect(Socket socket) {}

  /** A socket was refused by a middleware. */
  default void onConnectRefused(Namespace namespace, String message) {}

  /** A socket is gone. */
  default void onDisconnect(Socket socket, DisconnectReason reason) {}

  /**
   * Code of the application threw. The connection lives on.
   *
   * @param socket whose handler it was; null for a server-side event
   * @param what the event's name, or {@code connection}, {@code middleware}, {@code disconnect} ...
   */
  default void onHandlerFailure(@Nullable Socket socket, String what, Throwable failure) {}

  /** The first socket of this node joined a room. */
  default void onRoomCreated(Namespace namespace, String room) {}

  /** The last socket of this node left a room. */
  default void onRoomDeleted(Namespace namespace, String room) {}

  /** A socket joined a room. */
  default void onRoomJoined(Namespace namespace, String room, String socketId) {}

  /** A socket left a room. */
  default void onRoomLeft(Namespace namespace, String room, String socketId) {}

  /** A message of another node could not be decoded and was dropped. */
  default void onMalformedMessage(Namespace namespace, String description) {}
}
