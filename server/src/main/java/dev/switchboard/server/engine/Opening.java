package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.OpenPacket;
import dev.switchboard.protocol.engine.PacketCodec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a session's listener until the application has given one; remembers a close
 * meanwhile. Owned by the session's loop.
 */
final class Opening implements SessionListener {
  private @Nullable CloseReason reason;
  private String description = "";

  /** The packet that a session begins with. */
  static OutboundMessage packet(EngineSession session) {
    EngineSettings settings = session.settings();
    boolean upgrades =
        settings.allowUpgrades() && session.polls() && settings.transports().contains("websocket");
    OpenPacket open =
        new OpenPacket(
            session.id(),
            upgrades ? List.of("websocket") : List.of(),
            settings.pingInterval(),
            settings.pingTimeout(),
            settings.maxHttpBufferSize());
    return OutboundMessage.packet(PacketCodec.encode(open.toPacket(), session.revision()));
  }

  /** Tells the listener proper what it missed. */
  void passOn(SessionListener listener) {
    if (reason != null) {
      listener.onClose(reason, description);
    }
  }

  @Override
  public void onText(String text) {}

  @Override
  public void onBinary(byte[] data) {}

  @Override
  public void onClose(CloseReason reason, String description) {
    this.reason = reason;
    this.description = description;
  }
}
