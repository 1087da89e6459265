package dev.switchboard.chat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cable between a client and a server on this machine, which a test can pull out and plug in
 * again: a TCP proxy. Its methods are for the thread of one test.
 */
final class Cable implements AutoCloseable {
  private final int serverPort;
  private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
  private ServerSocket plug;

  Cable(int serverPort) {
    this.serverPort = serverPort;
    this.plug = listen(0);
  }

  int port() {
    return plug.getLocalPort();
  }

  /** Breaks all connections and refuses new ones. */
  void pullOut() {
    closeQuietly(plug);
    ends.forEach(Cable::closeQuietly);
    ends.clear();
  }

  void plugIn() {
    plug = listen(plug.getLocalPort());
  }

  @Override
  public void close() {
    pullOut();
  }

  private ServerSocket listen(int port) {
    try {
      var listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      daemon(() -> accept(listening));
      return listening;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        ends.add(client);
        var server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        ends.add(server);
        daemon(() -> copy(client, server));
        daemon(() -> copy(server, client));
        if (listening.isClosed()) {
          pass(client, server);
        }
      } catch (IOException e) {
        // the plug was pulled, or the server is down: the next client will see
      }
    }
  }

  private void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // one end is gone, so is the other
    } finally {
      pass(from, to);
    }
  }

  private void pass(Socket one, Socket other) {
    closeQuietly(one);
    closeQuietly(other);
    ends.remove(one);
    ends.remove(other);
  }

  private static void daemon(Runnable task) {
    var thread = new Thread(task, "cable");
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      // closed is closed
    }
  }
}
