package dev.switchboard.server;

import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.cluster.RecoveryStore.Missed;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Gives a socket the session that it had before: rooms, and what it missed, once its middlewares
 * have accepted it.
 *
 * <p>The socket is made visible first, with what is delivered to it held back; then the log is
 * read; then what was missed goes out, and what was held back and was not among it. So nothing is
 * lost between the two, and nothing comes twice.
 */
final class Resumption {
  private final Socket socket;
  private final RecoveryStore.Session session;
  private final String offset;

  /**
   * @param offset of the last message that the client got, or null if it got none
   */
  Resumption(Socket socket, RecoveryStore.Session session, @Nullable String offset) {
    this.socket = socket;
    this.session = session;
    this.offset = startOf(session, offset);
  }

  /**
   * Takes a session for a client that wants to resume it, if nothing that it missed has been
   * forgotten.
   *
   * @return empty if there is no such session, or the log does not reach back to it
   */
  static CompletionStage<Optional<RecoveryStore.Session>> claim(
      RecoveryStore store, String pid, @Nullable String offset) {
    return store
        .claim(pid)
        .thenCompose(
            claimed -> {
              if (claimed.isEmpty()) {
                return CompletableFuture.completedFuture(claimed);
              }
              RecoveryStore.Session session = claimed.get();
              return store
                  .missed(startOf(session, offset), session.rooms())
                  .thenApply(missed -> missed.isPresent() ? claimed : Optional.empty());
            });
  }

  private static String startOf(RecoveryStore.Session session, @Nullable String offset) {
    if (offset != null) {
      return offset;
    }
    String connectedAt = session.offset();
    return connectedAt == null ? "" : connectedAt;
  }

  RecoveryStore.Session session() {
    return session;
  }

  /**
   * The middlewares have accepted the socket. {@code connected} runs in its mailbox once all that
   * it missed is on its way.
   */
  void run(Runnable connected) {
    Namespace namespace = socket.namespace();
    RecoveryStore store = namespace.recovery();
    RecoveryBuffer buffer = socket.holdBack();
    // before it is connected: who closes it afterwards finds it in all its rooms
    socket.join(session.rooms().stream().filter(room -> !room.equals(socket.id())).toList());
    var alive = new boolean[1];
    namespace
        .cluster()
        .inOrder(
            () -> {
              alive[0] = socket.becomeConnected();
              if (alive[0]) {
                namespace.add(socket);
                socket.join(socket.id());
              }
            });
    if (!alive[0] || store == null) {
      return; // whoever closed it has kept the session
    }
    if (socket.closed()) {
      namespace.remove(socket);
      return;
    }
    store
        .missed(offset, session.rooms())
        .whenComplete(
            (missed, failure) -> {
              Optional<List<Missed>> found = failure == null ? missed : Optional.empty();
              socket.enqueue(Mailbox.task(() -> resume(buffer, found, connected)));
            });
  }

  private void resume(RecoveryBuffer buffer, Optional<List<Missed>> missed, Runnable connected) {
    if (missed.isPresent() && !socket.closed()) {
      replay(socket.namespace(), buffer, missed.get());
      connected.run();
    } else {
      // forgotten since the claim: the client comes back, and is told that it is new
      socket.connection().session().close();
    }
  }

  private void replay(Namespace namespace, RecoveryBuffer buffer, List<Missed> missed) {
    Set<String> offsets = new HashSet<>();
    missed.forEach(one -> offsets.add(one.offset()));
    var node = new NamespaceNode(namespace);
    buffer.release(
        offsets,
        () -> {
          for (Missed one : missed) {
            socket.transmit(node.encode(one.broadcast(), one.offset()), false);
          }
          socket.connection().confirm(socket);
        });
  }
}
