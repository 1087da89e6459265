package dev.switchboard.server.netty;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A TCP connection that sends any bytes and reads answers and frames. */
final class RawClient implements AutoCloseable {
  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  static final String UPGRADE =
      "GET /engine.io/ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
          + KEY
          + "\r\n\r\n";
  private static final int TIMEOUT_MILLIS = 15_000;
  private static final byte[] MASK = {0x12, (byte) 0xf4, 0x5a, (byte) 0x81};

  private final Socket socket;
  private final DataInputStream in;

  /**
   * An answer.
   *
   * @param headers by lower-case name
   * @param latin1 the body, a byte a character
   */
  record Response(int status, Map<String, String> headers, String latin1) {
    byte[] body() {
      return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    String text() {
      return new String(body(), StandardCharsets.UTF_8);
    }

    String header(String name) {
      return headers.get(name);
    }
  }

  /**
   * A frame.
   *
   * @param latin1 the payload, a byte a character
   */
  record Frame(int first, String latin1) {
    int opcode() {
      return first & 0x0f;
    }

    byte[] payload() {
      return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    String text() {
      return new String(payload(), StandardCharsets.UTF_8);
    }

    /** The code of a close frame; 0 without one. */
    int closeCode() {
      return latin1.length() < 2 ? 0 : ByteBuffer.wrap(payload()).getShort() & 0xffff;
    }
  }

  RawClient(InetSocketAddress address) throws IOException {
    this(new Socket(address.getAddress(), address.getPort()));
  }

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Opens a WebSocket. */
  static RawClient webSocket(InetSocketAddress address) throws IOException {
    RawClient client = new RawClient(address);
    client.send(UPGRADE);
    Response response = client.readHead();
    if (response.status() != 101) {
      throw new IOException("not upgraded: " + response);
    }
    return client;
  }

  Socket socket() {
    return socket;
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Sends bytes given as hexadecimal digits. */
  RawClient sendHex(String hex) throws IOException {
    return send(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  /** Sends a masked frame. */
  RawClient frame(int first, byte[] payload) throws IOException {
    return send(masked(first, payload));
  }

  RawClient text(String text) throws IOException {
    return frame(0x81, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] masked(int first, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
    frame.put((byte) first);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length < 65_536) {
      frame.put((byte) 0xfe).putShort((short) payload.length);
    } else {
      frame.put((byte) 0xff).putLong(payload.length);
    }
    frame.put(MASK);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ MASK[i & 3]));
    }
    byte[] bytes = new byte[frame.position()];
    frame.flip().get(bytes);
    return bytes;
  }

  /** Reads an answer with its body, by its Content-Length. */
  Response read() throws IOException {
    Response head = readHead();
    String length = head.header("content-length");
    byte[] body = new byte[length == null ? 0 : Integer.parseInt(length)];
    in.readFully(body);
    return new Response(
        head.status(), head.headers(), new String(body, StandardCharsets.ISO_8859_1));
  }

  /** Reads an answer without a body. */
  Response readHead() throws IOException {
    String status = line();
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (first, second) -> first + ", " + second);
    }
    return new Response(Integer.parseInt(status.substring(9, 12)), headers, "");
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.readUnsignedByte(); b != '\n'; b = in.readUnsignedByte()) {
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  Frame readFrame() throws IOException {
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = (int) in.readLong();
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(first, new String(payload, StandardCharsets.ISO_8859_1));
  }

  /** Waits for the end of the connection; the number of bytes that came before it. */
  int readToEnd() throws IOException {
    int count = 0;
    try {
      while (true) {
        in.readByte();
        count++;
      }
    } catch (EOFException | SocketException end) {
      return count;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
