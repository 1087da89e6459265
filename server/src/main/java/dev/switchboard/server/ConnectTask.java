package dev.switchboard.server;

import dev.switchboard.protocol.cluster.RecoveryStore;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first task of each socket: its middlewares, then the connection itself, then the connection
 * handlers.
 */
final class ConnectTask extends Mailbox.Task {
  private final Socket socket;
  private final @Nullable Resumption resumption;

  ConnectTask(Socket socket, @Nullable Resumption resumption) {
    this.socket = socket;
    this.resumption = resumption;
  }

  @Override
  void run() {
    if (!accepted()) {
      return;
    }
    if (resumption == null) {
      connect();
      return;
    }
    try {
      resumption.run(this::connected);
    } catch (RuntimeException e) {
      // for example if it would be in more rooms than it may
      socket.namespace().server().handlerFailed(socket, "recovery", e);
      socket.connection().session().close();
    }
  }

  private boolean accepted() {
    Namespace namespace = socket.namespace();
    if (resumption != null && namespace.server().recovery().skipMiddlewares()) {
      return wanted();
    }
    try {
      for (Middleware middleware : namespace.middlewares()) {
        if (!wanted()) {
          return false;
        }
        middleware.handle(socket);
      }
      return wanted();
    } catch (ConnectRejected e) {
      refuse(String.valueOf(e.getMessage()), e.data());
    } catch (Throwable e) {
      namespace.server().handlerFailed(socket, "middleware", e);
      refuse("Internal server error", null);
    }
    return false;
  }

  /** Whether there is still somebody, and a server, to connect. */
  private boolean wanted() {
    return !socket.closed() && !socket.namespace().server().isClosing();
  }

  private void refuse(String message, @Nullable Object data) {
    Namespace namespace = socket.namespace();
    if (resumption != null) {
      namespace.persist(resumption.session()); // it may come back with a better token
    }
    socket.connection().refuse(socket, message, data);
    namespace.server().notify(listener -> listener.onConnectRefused(namespace, message));
  }

  private void connect() {
    Namespace namespace = socket.namespace();
    RecoveryStore recovery = namespace.recovery();
    if (recovery == null) {
      if (!appear()) {
        return;
      }
    } else {
      var alive = new boolean[1];
      namespace
          .cluster()
          .inOrder(
              () -> {
                socket.connectedAt(recovery.position().orElse(null));
                alive[0] = appear();
              });
      if (!alive[0]) {
        return;
      }
    }
    connected();
  }

  /**
   * Makes the socket one of the namespace. The client is told before anything is broadcast to it.
   */
  private boolean appear() {
    Namespace namespace = socket.namespace();
    RecoveryBuffer buffer = socket.holdBack();
    if (!socket.becomeConnected()) {
      return false; // closed while the middlewares ran
    }
    namespace.add(socket);
    socket.join(socket.id());
    buffer.release(Set.of(), () -> socket.connection().confirm(socket));
    if (socket.closed()) {
      namespace.remove(socket);
      return false;
    }
    return true;
  }

  private void connected() {
    Namespace namespace = socket.namespace();
    SocketIoServer server = namespace.server();
    socket.announce();
    server.notify(listener -> listener.onConnect(socket));
    for (Consumer<Socket> handler : namespace.connectionHandlers()) {
      try {
        handler.accept(socket);
      } catch (Throwable e) {
        server.handlerFailed(socket, "connection", e);
      }
    }
  }
}
