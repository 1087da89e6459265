package dev.switchboard.interop.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One TCP connection to the server under test: any bytes out, in segments of a chosen size, and
 * bytes in with a time limit. One thread may send while another reads.
 */
final class Wire implements Closeable {
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private Segments segments = Segments.WHOLE;

  private Wire(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  static Wire open(int port) throws IOException {
    return open(port, 0);
  }

  /** With a receive buffer of {@code receiveBufferBytes}, for a client that does not read. */
  static Wire open(int port, int receiveBufferBytes) throws IOException {
    var socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setTcpNoDelay(true);
    // many addresses, as many clients have: some limits count by address
    int host = 2 + ADDRESSES.getAndIncrement() % 250;
    socket.bind(new InetSocketAddress("127.0.0." + host, 0));
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
    return new Wire(socket);
  }

  /** How what is sent from now on is cut. */
  Wire segments(Segments segments) {
    this.segments = segments;
    return this;
  }

  /**
   * Sends all bytes, or those that a peer which closes meanwhile lets through.
   *
   * @return false when the peer closed first
   */
  boolean send(byte[] bytes) {
    int step = segments.step(bytes.length);
    try {
      for (int from = 0; from < bytes.length; from += step) {
        out.write(bytes, from, Math.min(step, bytes.length - from));
      }
      return true;
    } catch (IOException closedByPeer) {
      return false;
    }
  }

  /** Sends characters below 256 as one byte each. */
  boolean send(String latin1) {
    return send(latin1.getBytes(ISO_8859_1));
  }

  /** The next byte, or -1 when the peer closed, with or without a reset. */
  int read(Duration patience) throws SocketTimeoutException {
    try {
      socket.setSoTimeout((int) Math.max(1, patience.toMillis()));
      return in.read();
    } catch (SocketTimeoutException silence) {
      throw silence;
    } catch (IOException reset) {
      return -1;
    }
  }

  /** Exactly {@code count} bytes. */
  byte[] read(int count, Duration patience) throws IOException {
    var bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      int next = read(patience);
      if (next < 0) {
        throw new Cut("the peer closed after " + i + " of " + count + " bytes");
      }
      bytes[i] = (byte) next;
    }
    return bytes;
  }

  /** Up to and without the next CRLF. */
  String line(Duration patience) throws IOException {
    var line = new StringBuilder();
    while (true) {
      int next = read(patience);
      if (next < 0) {
        throw new Cut("the peer closed after \"" + line + "\"");
      }
      if (next == '\n' && !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
        line.setLength(line.length() - 1);
        return line.toString();
      }
      line.append((char) next);
    }
  }

  /** Whether the peer closes within {@code patience}; what it still sends is dropped. */
  boolean ends(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        if (read(Duration.ofNanos(left)) < 0) {
          return true;
        }
      }
    } catch (SocketTimeoutException silence) {
      return false;
    }
  }

  /** Ends our half of the connection. */
  void finish() {
    try {
      socket.shutdownOutput();
    } catch (IOException alreadyClosed) {
      // the peer was faster
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException alreadyClosed) {
      // nothing left to close
    }
  }

  /** The peer closed where more was expected. */
  static final class Cut extends IOException {
    private static final long serialVersionUID = 1L;

    Cut(String message) {
      super(message);
    }
  }
}
