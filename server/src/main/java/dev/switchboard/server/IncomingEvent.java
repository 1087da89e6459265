package dev.switchboard.server;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.server.engine.OutboundMessage;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An event that a socket received. Any thread. */
public final class IncomingEvent {
  private final Socket socket;
  private final Packet.Event packet;

  /** Null if the client asked for no acknowledgement. */
  private final @Nullable AtomicBoolean acknowledged;

  IncomingEvent(Socket socket, Packet.Event packet) {
    this.socket = socket;
    this.packet = packet;
    this.acknowledged = packet.wantsAck() ? new AtomicBoolean() : null;
  }

  public Socket socket() {
    return socket;
  }

  public String name() {
    return packet.name();
  }

  public Args args() {
    return packet.args();
  }

  /** Whether the client waits for an acknowledgement that was not yet given. */
  public boolean wantsAck() {
    return acknowledged != null && !acknowledged.get();
  }

  /** Acknowledges the event. */
  public Ack ack() {
    return this::acknowledge;
  }

  private void acknowledge(@Nullable Object... values) {
    if (acknowledged == null || acknowledged.get()) {
      return;
    }
    // first: if the values cannot be written, the event can still be acknowledged with others
    OutboundMessage ack =
        socket.namespace().encodeAck(Args.ofList(Arrays.asList(values)), packet.id());
    if (acknowledged.compareAndSet(false, true)) {
      socket.acknowledge(ack);
    }
  }

  @Override
  public String toString() {
    return "IncomingEvent[" + packet.name() + ", " + packet.args().size() + " arguments]";
  }
}
