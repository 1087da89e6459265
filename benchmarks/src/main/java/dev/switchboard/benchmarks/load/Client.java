package dev.switchboard.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One Socket.IO client over WebSocket, with nothing that a measurement does not need: it connects
 * the main namespace, answers pings and hands events on without decoding them. Whatever a correct
 * server would not send is an exception. Belongs to the thread that turns its {@link ClientLoop}.
 */
final class Client {

  private enum State {
    CONNECTING,
    UPGRADING,
    OPENING,
    READY,
    CLOSING,
    CLOSED
  }

  private static final byte[] REQUEST =
      """
      GET /socket.io/?EIO=4&transport=websocket HTTP/1.1
      Host: 127.0.0.1
      Upgrade: websocket
      Connection: Upgrade
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      Sec-WebSocket-Version: 13

      """
          .replace("\n", "\r\n")
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONNECT = Frames.text("40");
  private static final byte[] PONG = Frames.text("3");
  private static final byte[] CLOSE = Frames.close();

  private final SocketChannel channel;
  private final ByteBuffer in;
  private Receiver receiver;
  private State state = State.CONNECTING;
  private byte @Nullable [] rest;

  /** Belongs to the traffic: the number of the event that has to come next. */
  int expected;

  /** Belongs to the traffic: when the event in flight was sent, by {@link System#nanoTime}. */
  long sentAt;

  Client(SocketChannel channel, Receiver receiver, ByteBuffer in) {
    this.channel = channel;
    this.receiver = receiver;
    this.in = in;
  }

  void deliverTo(Receiver newReceiver) {
    receiver = newReceiver;
  }

  /** Sends frames, all of them at once. */
  void send(byte[] frames, int length) throws IOException {
    if (channel.write(ByteBuffer.wrap(frames, 0, length)) < length) {
      throw new IllegalStateException("the server does not read what it is sent");
    }
  }

  void send(byte[] frame) throws IOException {
    send(frame, frame.length);
  }

  /** Starts the closing handshake; the server closes the connection, which keeps our port free. */
  void close() throws IOException {
    state = State.CLOSING;
    send(CLOSE);
  }

  void ready(SelectionKey key) throws IOException {
    if (key.isConnectable()) {
      channel.finishConnect();
      key.interestOps(SelectionKey.OP_READ);
      state = State.UPGRADING;
      send(REQUEST);
    } else {
      read();
    }
  }

  private void read() throws IOException {
    in.clear();
    if (rest != null) {
      in.put(rest);
      rest = null;
    }
    if (channel.read(in) < 0) {
      ended();
      return;
    }
    in.flip();
    if (state != State.UPGRADING || upgraded()) {
      while (frame()) {
        // each call takes one frame
      }
    }
    if (in.hasRemaining()) {
      rest = new byte[in.remaining()];
      in.get(rest);
    }
  }

  private void ended() throws IOException {
    if (state != State.CLOSING) {
      throw new EOFException("the server closed a connection in state " + state);
    }
    state = State.CLOSED;
    channel.close();
    receiver.closed(this);
  }

  private boolean upgraded() {
    byte[] bytes = new byte[in.remaining()];
    in.get(in.position(), bytes);
    String head = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return false;
    }
    if (!head.startsWith("HTTP/1.1 101 ")) {
      throw new IllegalStateException("no WebSocket: " + head);
    }
    in.position(in.position() + end + 4);
    state = State.OPENING;
    return true;
  }

  /** Takes one frame; false if there is no whole one. */
  private boolean frame() throws IOException {
    int start = in.position();
    int available = in.remaining();
    if (available < 2) {
      return false;
    }
    int length = in.get(start + 1);
    int header = 2;
    if (length == 126) {
      if (available < 4) {
        return false;
      }
      length = in.getShort(start + 2) & 0xffff;
      header = 4;
    } else if (length < 0 || length == 127) {
      throw new IllegalStateException("a masked frame, or one of over 64 KiB");
    }
    if (available < header + length) {
      return false;
    }
    in.position(start + header + length);
    int first = in.get(start) & 0xff;
    if (first == (0x80 | Frames.TEXT)) {
      text(start + header, length);
    } else if (first != (0x80 | Frames.CLOSE) || state != State.CLOSING) {
      throw new IllegalStateException("a frame that starts with 0x" + Integer.toHexString(first));
    }
    return true;
  }

  private void text(int offset, int length) throws IOException {
    int engineType = in.get(offset);
    int socketType = length > 1 ? in.get(offset + 1) : 0;
    if (engineType == '4' && socketType == '2') {
      receiver.event(this, in, offset, length);
    } else if (engineType == '4' && socketType == '3') {
      receiver.acknowledged(this);
    } else if (engineType == '2') {
      send(PONG);
    } else if (engineType == '0' && state == State.OPENING) {
      send(CONNECT);
    } else if (engineType == '4' && socketType == '0' && state == State.OPENING) {
      state = State.READY;
      receiver.connected(this);
    } else {
      byte[] bytes = new byte[length];
      in.get(offset, bytes);
      throw new IllegalStateException(
          "in state " + state + ": " + new String(bytes, StandardCharsets.UTF_8));
    }
  }
}
