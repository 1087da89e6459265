package dev.switchboard.client.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions with one server come from, and what they leave to the next: cookies, and whether a
 * WebSocket worked. Of the loop.
 */
public final class Engine {
  private final ClientLoop loop;
  private final EngineSettings settings;
  private final Requests requests;
  private boolean webSocketWorked;

  /**
   * @param origin scheme {@code http} or {@code https}, host and port
   */
  public Engine(ClientLoop loop, String origin, EngineSettings settings) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.settings = Objects.requireNonNull(settings, "settings");
    this.requests = new Requests(origin, settings);
  }

  /** A session, not open yet. */
  public EngineSession newSession(EngineListener listener) {
    return new EngineSession(this, listener);
  }

  ClientLoop loop() {
    return loop;
  }

  EngineSettings settings() {
    return settings;
  }

  boolean startsOnWebSocket() {
    return settings.rememberUpgrade()
        && webSocketWorked
        && settings.transports().contains(EngineSettings.WEBSOCKET);
  }

  void webSocketWorked(boolean worked) {
    webSocketWorked = worked;
  }

  Transport polling(Transport.Listener listener) {
    return new PollingTransport(
        loop, settings.network().http(), requests, settings.maxMessageBytes(), listener);
  }

  Transport webSocket(@Nullable String sid, Transport.Listener listener) {
    return new WebSocketTransport(
        loop, settings.network(), requests, settings.maxMessageBytes(), sid, listener);
  }
}
