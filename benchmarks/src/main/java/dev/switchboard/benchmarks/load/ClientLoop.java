package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All clients of one server, on the thread that calls. Nothing happens between turns; a failure of
 * any client ends the measurement.
 */
final class ClientLoop implements AutoCloseable {

  private static final int CONNECTING_AT_ONCE = 64;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(60);

  /** Loopback has 28,000 ports for each source address. */
  private static final int SOURCE_ADDRESSES = 8;

  private final InetSocketAddress server;
  private final InetSocketAddress entry;
  private final Selector selector;
  private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
  private int opened;

  /**
   * @param entryPort of the server that those who ask connect to, which may be another one
   */
  ClientLoop(int port, int entryPort) throws IOException {
    server = loopback(1, port);
    entry = loopback(1, entryPort);
    selector = Selector.open();
  }

  private static InetSocketAddress loopback(int host, int port) throws IOException {
    return new InetSocketAddress(
        InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) host}), port);
  }

  /** Starts to connect one client; the receiver hears when it is there. */
  void open(Receiver receiver) throws IOException {
    open(server, receiver);
  }

  private void open(InetSocketAddress server, Receiver receiver) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.bind(loopback(2 + opened++ % SOURCE_ADDRESSES, 0));
    channel.connect(server);
    channel.register(selector, SelectionKey.OP_CONNECT, new Client(channel, receiver, in));
  }

  /** Whether those who ask connect to another server than those who are asked for. */
  boolean hasEntry() {
    return !entry.equals(server);
  }

  /** Connects one client to the server of those who ask. */
  Client connectToEntry(Receiver receiver) throws IOException {
    return connect(entry, 1, receiver).get(0);
  }

  /** Connects so many clients, a few at a time, and returns when all are there. */
  List<Client> connect(int count, Receiver receiver) throws IOException {
    return connect(server, count, receiver);
  }

  private List<Client> connect(InetSocketAddress server, int count, Receiver receiver)
      throws IOException {
    List<Client> clients = new ArrayList<>(count);
    Receiver collector =
        new Receiver() {
          @Override
          public void connected(Client client) {
            clients.add(client);
            client.deliverTo(receiver);
          }
        };
    long deadline = System.nanoTime() + CONNECT_TIMEOUT.toNanos();
    int started = 0;
    while (clients.size() < count) {
      for (; started < count && started - clients.size() < CONNECTING_AT_ONCE; started++) {
        open(server, collector);
      }
      turn();
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            clients.size() + " of " + count + " connected within " + CONNECT_TIMEOUT);
      }
    }
    return clients;
  }

  /** Waits until something can be read, a tenth of a second at most, and reads all of it. */
  void turn() throws IOException {
    selector.select(ClientLoop::ready, 100);
  }

  /** Reads what is there already. */
  void poll() throws IOException {
    selector.selectNow(ClientLoop::ready);
  }

  private static void ready(SelectionKey key) {
    try {
      ((Client) key.attachment()).ready(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Drops all connections. */
  void disconnect() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.selectNow();
  }

  @Override
  public void close() throws IOException {
    disconnect();
    selector.close();
  }
}
