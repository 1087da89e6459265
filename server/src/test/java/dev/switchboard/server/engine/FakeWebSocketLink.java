package dev.switchboard.server.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/**
 * A WebSocket whose frames the test looks at: texts as they are, binary as {@code <hex>}. It takes
 * everything at once, unless {@link #block} holds it up.
 */
final class FakeWebSocketLink implements WebSocketLink {
  private final FakeEventLoop loop;
  private final WebSocketListener listener;
  private final List<String> frames = new ArrayList<>();
  private final List<String> unflushed = new ArrayList<>();
  private boolean blocked;
  private boolean reading = true;
  private boolean closed;
  private boolean over;
  private int closeCode = -1;
  private int flushes;
  private long unsent;
  private Consumer<String> wire = frame -> {};

  FakeWebSocketLink(FakeEventLoop loop, WebSocketListener listener) {
    this.loop = loop;
    this.listener = listener;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public boolean writable() {
    return !blocked;
  }

  @Override
  public void write(OutboundMessage message, int protocol) {
    checkUse();
    ByteBuffer bytes = ByteBuffer.wrap(message.webSocketFrames(protocol));
    while (bytes.hasRemaining()) {
      boolean text = bytes.get() == (byte) 0x81;
      int length = bytes.get();
      if (length == 126) {
        length = bytes.getShort() & 0xffff;
      } else if (length == 127) {
        length = Math.toIntExact(bytes.getLong());
      }
      byte[] payload = new byte[length];
      bytes.get(payload);
      unflushed.add(
          text
              ? new String(payload, StandardCharsets.UTF_8)
              : "<" + HexFormat.of().formatHex(payload) + ">");
    }
  }

  @Override
  public void write(String packet) {
    checkUse();
    unflushed.add(packet);
  }

  @Override
  public void flush() {
    checkUse();
    flushes++;
    frames.addAll(unflushed);
    unflushed.forEach(wire);
    unflushed.clear();
  }

  @Override
  public long unsentBytes() {
    return unsent;
  }

  @Override
  public void reading(boolean on) {
    checkUse();
    reading = on;
  }

  @Override
  public void close(int code, String reason) {
    checkUse();
    flush();
    closed = true;
    closeCode = code;
  }

  @Override
  public void abort() {
    checkUse();
    closed = true;
  }

  private void checkUse() {
    if (!loop.inLoop()) {
      throw new IllegalStateException("used outside of its loop");
    }
    if (closed) {
      throw new IllegalStateException("used after its close");
    }
  }

  /** Has a consumer told each frame when it is flushed. */
  void onFrame(Consumer<String> wire) {
    this.wire = wire;
  }

  /** A text frame comes from the client. */
  void receive(String text) {
    loop.within(() -> listener.onText(text));
  }

  void receive(byte[] data) {
    loop.within(() -> listener.onBinary(data));
  }

  /** The client's side goes away. */
  void end(boolean error, String description) {
    if (!over) {
      over = true;
      loop.within(() -> listener.onClose(error, description));
    }
  }

  void block() {
    blocked = true;
  }

  /** What was flushed stays unsent, so many bytes of it. */
  void block(long unsent) {
    blocked = true;
    this.unsent = unsent;
  }

  void unblock() {
    blocked = false;
    unsent = 0;
    loop.within(listener::onWritable);
  }

  /** What the client got, less what was taken before. */
  List<String> takeFrames() {
    List<String> taken = List.copyOf(frames);
    frames.clear();
    return taken;
  }

  List<String> unflushed() {
    return unflushed;
  }

  int flushes() {
    return flushes;
  }

  boolean reading() {
    return reading;
  }

  boolean closed() {
    return closed;
  }

  int closeCode() {
    return closeCode;
  }
}
