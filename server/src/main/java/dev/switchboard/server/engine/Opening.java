package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.OpenPacket;
import dev.switchboard.protocol.engine.PacketCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a session's listener until the application has given one; remembers a close
 * meanwhile. Owned by the session's loop.
 *
 * <p>In a cluster that needs no sticky sessions the application is not told of a polling session
 * for a moment: if the client's WebSocket comes to another node meanwhile, that node can have the
 * whole session. What the client sends until then is kept, up to the limits of what may wait for
 * handlers.
 */
final class Opening implements SessionListener {
  private final List<EnginePacket> messages = new ArrayList<>(0);
  private @Nullable EngineSession delayed;
  private EventLoop.@Nullable Timeout timer;
  private long bytes;
  private @Nullable CloseReason reason;
  private String description = "";

  /** The packet that a session begins with. */
  static OutboundMessage packet(EngineSession session) {
    EngineSettings settings = session.settings();
    OpenPacket open =
        new OpenPacket(
            session.id(),
            offersUpgrade(session) ? List.of("websocket") : List.of(),
            settings.pingInterval(),
            settings.pingTimeout(),
            settings.maxHttpBufferSize());
    return OutboundMessage.packet(PacketCodec.encode(open.toPacket(), session.revision()));
  }

  /** Whether the client is told that it may move to a WebSocket. */
  static boolean offersUpgrade(EngineSession session) {
    EngineSettings settings = session.settings();
    return settings.allowUpgrades()
        && session.polls()
        && settings.transports().contains("websocket");
  }

  /** Waits before the application is told of the session. */
  void delay(EngineSession session, Duration most) {
    delayed = session;
    timer = session.loop().schedule(session::announce, most);
  }

  /** Waits no more. */
  void stop() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  boolean hasMessages() {
    return !messages.isEmpty();
  }

  /** Gives away what the client sent. */
  List<EnginePacket> takeMessages() {
    List<EnginePacket> taken = List.copyOf(messages);
    messages.clear();
    return taken;
  }

  /** Tells the listener proper what it missed. */
  void passOn(SessionListener listener) {
    for (EnginePacket message : takeMessages()) {
      if (delayed != null && delayed.isClosed()) {
        return;
      }
      byte[] binary = message.binary();
      if (binary == null) {
        listener.onText(message.text());
      } else {
        listener.onBinary(binary);
      }
    }
    if (reason != null) {
      listener.onClose(reason, description);
    }
  }

  @Override
  public void onText(String text) {
    keep(EnginePacket.message(text), text.length());
  }

  @Override
  public void onBinary(byte[] data) {
    keep(EnginePacket.message(data), data.length);
  }

  private void keep(EnginePacket message, int size) {
    EngineSession session = delayed;
    if (session == null) {
      return;
    }
    messages.add(message);
    bytes += size;
    LimitSettings limits = session.settings().limits();
    if (messages.size() >= limits.inboundPackets() || bytes >= limits.inboundBytes()) {
      session.announce();
    }
  }

  @Override
  public void onClose(CloseReason reason, String description) {
    this.reason = reason;
    this.description = description;
  }
}
