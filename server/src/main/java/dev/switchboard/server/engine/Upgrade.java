package dev.switchboard.server.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A polling session's attempt to move to a WebSocket.
 *
 * <p>Two loops take part: the WebSocket's, which owns this object but for {@link #noops}, and the
 * session's. Each does its part in tasks of its own:
 *
 * <pre>
 * WebSocket's loop                         session's loop
 * claim the session, accept, PROBING
 * 2probe: answer 3probe, PROBED       ->   a noop every 100 ms for a GET that waits
 * 5: stop reading, MOVING             ->   discard polling, set the transport, hand the session over
 * OVER: the session's heartbeat,      <-
 *   onUpgrade, frames kept meanwhile
 * </pre>
 *
 * <p>Messages to the client stay in the session's outbox until whichever transport is set takes
 * them, so none is lost or overtaken. A client that fails to follow loses the WebSocket only.
 */
final class Upgrade implements UpgradeAttempt {
  private enum Stage {
    PROBING,
    PROBED,
    MOVING,
    OVER
  }

  private static final Duration NOOP_INTERVAL = Duration.ofMillis(100);

  private final EngineSession session;
  private volatile @Nullable WebSocketTransport candidate;
  private EventLoop.@Nullable Timeout timer;
  private Stage stage = Stage.PROBING;
  // What came after the 5, before the session did: texts and binary messages. Reading is off then,
  // so it is no more than the link had read already.
  private final List<Object> kept = new ArrayList<>(0);
  private @Nullable Runnable loss;

  /** The noops to a GET that waits. Owned by the session's loop. */
  private @Nullable Noops noops;

  private Upgrade(EngineSession session) {
    this.session = session;
  }

  /**
   * Accepts the handshake, and begins an attempt if the session may move. On the handshake's loop.
   */
  static void begin(EngineSession session, WebSocketRequest request) {
    Upgrade attempt = new Upgrade(session);
    if (!session.claimUpgrade(attempt)) {
      // As the reference: without a word about the reason.
      request.accept(new RefusedWebSocket()).close(0, "");
      return;
    }
    WebSocketTransport candidate;
    try {
      candidate = new WebSocketTransport(session, request, attempt);
    } catch (RuntimeException e) {
      session.upgradeOver(attempt);
      throw e;
    }
    attempt.candidate = candidate;
    attempt.timer = candidate.loop().schedule(attempt::fail, session.settings().upgradeTimeout());
    // It may have been closed just before the claim, and then nobody tells.
    session.execute(attempt::abandonIfClosed);
  }

  // On the WebSocket's loop

  void onText(String text) {
    switch (stage) {
      case PROBING, PROBED -> onProbeText(text);
      case MOVING -> kept.add(text);
      case OVER -> {}
    }
  }

  void onBinary(byte[] data) {
    switch (stage) {
      case PROBING, PROBED -> fail();
      case MOVING -> kept.add(data);
      case OVER -> {}
    }
  }

  private void onProbeText(String text) {
    WebSocketTransport websocket = candidate;
    if (websocket == null) {
      return;
    }
    if (text.equals(ControlPackets.PROBE)) {
      if (!websocket.writeProbe(ControlPackets.PROBE_ANSWER)) {
        fail();
      } else if (stage == Stage.PROBING) {
        stage = Stage.PROBED;
        session.execute(this::startNoops);
      }
    } else if (text.startsWith(ControlPackets.UPGRADE) && stage == Stage.PROBED) {
      stage = Stage.MOVING;
      stopTimer();
      websocket.reading(false);
      session.execute(this::move);
    } else {
      fail();
    }
  }

  /** The WebSocket was lost; {@code report} ends the session if it depends on it by now. */
  void onClose(Runnable report) {
    switch (stage) {
      case PROBING, PROBED -> fail();
      case MOVING -> loss = report;
      case OVER -> {}
    }
  }

  private void fail() {
    if (stage == Stage.OVER) {
      return;
    }
    drop();
    session.execute(this::release);
  }

  private void drop() {
    stage = Stage.OVER;
    stopTimer();
    WebSocketTransport websocket = candidate;
    if (websocket != null) {
      websocket.close();
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void arrived() {
    WebSocketTransport websocket = candidate;
    if (stage == Stage.OVER || websocket == null) {
      return;
    }
    stage = Stage.OVER;
    websocket.upgraded();
    session.moved();
    for (Object message : kept) {
      if (message instanceof String text) {
        session.receive(text);
      } else if (message instanceof byte[] data) {
        session.receive(data);
      }
    }
    if (loss != null) {
      loss.run();
    } else {
      websocket.reading(!session.readingPaused());
    }
  }

  // On the session's loop

  private void startNoops() {
    if (!session.isClosed() && noops == null && session.isUpgrading(this)) {
      noops = new Noops(session, NOOP_INTERVAL);
    }
  }

  private void stopNoops() {
    if (noops != null) {
      noops.stop();
      noops = null;
    }
  }

  private void release() {
    stopNoops();
    session.upgradeOver(this);
  }

  private void move() {
    stopNoops();
    WebSocketTransport websocket = candidate;
    if (!session.isClosed() && websocket != null) {
      session.moveTo(websocket, this::arrived);
    }
  }

  private void abandonIfClosed() {
    if (session.isClosed()) {
      abandon();
    }
  }

  @Override
  public void abandon() {
    stopNoops();
    WebSocketTransport websocket = candidate;
    if (websocket != null) {
      websocket
          .loop()
          .execute(
              () -> {
                if (stage != Stage.OVER) {
                  drop();
                }
              });
    }
  }

  /** A WebSocket that is closed as soon as it is open. */
  private static final class RefusedWebSocket implements WebSocketListener {
    @Override
    public void onText(String text) {}

    @Override
    public void onBinary(byte[] data) {}

    @Override
    public void onWritable() {}

    @Override
    public void onClose(boolean error, String description) {}
  }
}
