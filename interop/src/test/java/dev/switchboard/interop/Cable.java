package dev.switchboard.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way to a server that can be cut for a moment: what is connected then is not any more, and what
 * tries is not. Any thread.
 */
final class Cable implements AutoCloseable {
  /** So long that a client that polls notices, even if it has no poll open just then. */
  private static final long CUT_NANOS = 300_000_000;

  private final ServerSocket listening;
  private final int server;
  private final Set<Socket> ends = ConcurrentHashMap.newKeySet();

  private volatile long whole = System.nanoTime();

  private Cable(ServerSocket listening, int server) {
    this.listening = listening;
    this.server = server;
  }

  /** A cable to a port of this machine. */
  static Cable to(int port) {
    try {
      var cable = new Cable(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
      start(cable::connect);
      return cable;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  void cut() {
    whole = System.nanoTime() + CUT_NANOS;
    hangUp();
  }

  private void hangUp() {
    for (Socket end : ends) {
      closeQuietly(end);
    }
  }

  private void connect() throws IOException {
    while (true) {
      Socket near = listening.accept();
      if (System.nanoTime() < whole) {
        closeQuietly(near);
        continue;
      }
      ends.add(near);
      start(() -> lay(near));
    }
  }

  private void lay(Socket near) throws IOException {
    try {
      Socket far = new Socket(InetAddress.getLoopbackAddress(), server);
      ends.add(far);
      start(() -> copy(near, far));
      copy(far, near);
    } catch (IOException e) {
      closeQuietly(near); // nobody is at the other end
      ends.remove(near);
    }
  }

  private void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // cut
    } finally {
      closeQuietly(from);
      closeQuietly(to);
      ends.remove(from);
      ends.remove(to);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // closed: the end
              }
            },
            "cable");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    hangUp();
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
