package dev.switchboard.client.engine;

import dev.switchboard.client.engine.ClientLoop.Timer;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The move of one session from polling to WebSocket. Of the loop.
 *
 * <p>The WebSocket is probed first. When the server has answered, polling stops: the poll and the
 * POST that are under way come to their end, and nothing is sent meanwhile. Then the server is told
 * to move, and from there on all goes over the WebSocket, so that nothing can overtake anything. If
 * any of it fails before the probe is answered, the session stays on polling.
 */
final class Upgrade implements Transport.Listener {
  private static final Logger log = LoggerFactory.getLogger(Upgrade.class);
  private static final String PROBE = "probe";

  private final Engine engine;
  private final EngineSession session;
  private final PollingTransport from;
  private final Transport to;
  private EngineSession.@Nullable Events moved;
  private Timer deadline = Timer.NONE;
  private boolean moving;
  private boolean over;

  Upgrade(Engine engine, EngineSession session, PollingTransport from, String sid) {
    this.engine = engine;
    this.session = session;
    this.from = from;
    this.to = engine.webSocket(sid, this);
  }

  void start() {
    engine.webSocketWorked(false);
    deadline =
        engine
            .loop()
            .schedule(
                () -> failed(new EngineException("the probe was not answered in time")),
                engine.settings().timeout());
    to.open();
  }

  /** Whether polling stops: nothing may be sent until the move is done. */
  boolean moving() {
    return moving;
  }

  void abort() {
    over = true;
    deadline.cancel();
    to.abort();
  }

  @Override
  public void ready() {
    to.send(List.of(EnginePacket.of(EnginePacket.Type.PING, PROBE)));
  }

  @Override
  public void packet(EnginePacket packet) {
    if (moved != null) {
      moved.packet(packet);
    } else if (moving) {
      throw new PacketFormatException("a packet between probe and upgrade");
    } else if (packet.type() == EnginePacket.Type.PONG && packet.text().equals(PROBE)) {
      deadline.cancel();
      moving = true;
      from.pause(this::move);
    } else {
      throw new PacketFormatException("not the answer to a probe");
    }
  }

  private void move() {
    if (!over) {
      EngineSession.Events events = session.events();
      events.of(to);
      moved = events;
      session.moveTo(to);
    }
  }

  @Override
  public void drained() {
    if (moved != null) {
      moved.drained();
    }
  }

  @Override
  public boolean reading() {
    return moved == null || moved.reading();
  }

  @Override
  public void failed(EngineException cause) {
    if (moved != null) {
      moved.failed(cause);
    } else if (!over) {
      abort();
      log.debug("stays on polling: {}", cause.getMessage());
      if (moving) {
        // polling has stopped, and there is nothing else
        session.abort(cause);
      } else {
        session.upgradeFailed();
      }
    }
  }

  @Override
  public void closed() {
    if (moved != null) {
      moved.closed();
    } else {
      failed(new EngineException("the server closed the WebSocket"));
    }
  }
}
