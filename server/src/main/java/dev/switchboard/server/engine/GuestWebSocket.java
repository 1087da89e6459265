package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Closed;
import dev.switchboard.protocol.engine.EngineMessage.Drain;
import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Malformed;
import dev.switchboard.protocol.engine.EngineMessage.ProbeAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Probed;
import dev.switchboard.protocol.engine.EngineMessage.Reading;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.PacketCodec;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket on this node for a session that another node owns. Owned by the WebSocket's loop;
 * what the bus brings hops there.
 *
 * <p>It is probed here, without a word to the owner. Then the owner is asked what becomes of it,
 * and nothing is read until it has answered: either the session is this node's from then on, and
 * this object only hands on to the session's transport; or the owner keeps it, and this object
 * forwards both ways.
 *
 * <p>What is on its way to the owner is bounded by {@link #MOST_UNSENT}, beyond which nothing is
 * read; what waits for the client by the outbound limit, beyond which the WebSocket is closed.
 */
final class GuestWebSocket implements WebSocketListener {
  private enum Stage {
    ASKING,
    PROBING,
    PROBED,
    SETTLING,
    FORWARDING,
    TAKEN,
    OVER
  }

  /** Packets of the client's that the bus may have and not yet have confirmed. */
  private static final int MOST_UNSENT = 256;

  private final EngineCluster cluster;
  private final WebSocketRequest request;
  private final EventLoop loop;
  private final String sid;
  private final Runnable unknown;
  private Stage stage = Stage.ASKING;
  private String owner = "";
  private @Nullable WebSocketLink link;
  private EventLoop.@Nullable Timeout timer;
  // What came after the 5, before the owner's answer: no more than the link had read already.
  private final List<Object> kept = new ArrayList<>(0);
  private @Nullable WebSocketTransport taken;
  private int unsent;
  private boolean ownerReads = true;
  private boolean heard;
  private long forgivenBytes;

  GuestWebSocket(EngineCluster cluster, WebSocketRequest request, String sid, Runnable unknown) {
    this.cluster = cluster;
    this.request = request;
    this.loop = request.loop();
    this.sid = sid;
    this.unknown = unknown;
  }

  void begin() {
    request.onAbort(request::finish);
    cluster.ask(
        loop,
        id -> new AcquireLock(id, cluster.nodeId(), null, sid, "websocket", false),
        answer -> {},
        this::answered);
  }

  private void answered(@Nullable EngineMessage answer) {
    if (!(answer instanceof LockAnswer lock) || !lock.success()) {
      stage = Stage.OVER;
      unknown.run();
      return;
    }
    owner = lock.senderId();
    if (!request.finish()) {
      stage = Stage.OVER;
      cluster.publish(new Probed(0, cluster.nodeId(), owner, sid, false));
      return;
    }
    stage = Stage.PROBING;
    try {
      link = request.accept(this);
    } catch (RuntimeException e) {
      cluster.publish(new Probed(0, cluster.nodeId(), owner, sid, false));
      throw e;
    }
    timer = loop.schedule(this::failProbe, cluster.server().settings().upgradeTimeout());
  }

  // The probe

  private void onProbeText(String text) {
    WebSocketLink webSocket = link;
    if (webSocket == null) {
      return;
    }
    if (text.equals(ControlPackets.PROBE) && webSocket.writable()) {
      stage = Stage.PROBED;
      webSocket.write(ControlPackets.PROBE_ANSWER);
      webSocket.flush();
    } else if (text.startsWith(ControlPackets.UPGRADE) && stage == Stage.PROBED) {
      stage = Stage.SETTLING;
      stopTimer();
      webSocket.reading(false);
      cluster.add(sid, this);
      cluster.ask(
          loop,
          id -> new Probed(id, cluster.nodeId(), owner, sid, true),
          answer -> {},
          this::settled);
    } else {
      failProbe();
    }
  }

  private void failProbe() {
    if (stage == Stage.PROBING || stage == Stage.PROBED) {
      cluster.publish(new Probed(0, cluster.nodeId(), owner, sid, false));
      drop();
    }
  }

  private void settled(@Nullable EngineMessage message) {
    if (stage != Stage.SETTLING) {
      if (message instanceof ProbeAnswer) {
        tellClosed(true); // the WebSocket went meanwhile
      }
    } else if (!(message instanceof ProbeAnswer answer)) {
      tellClosed(true);
      drop();
    } else if (answer.takeOver()) {
      takeOver(answer.packets());
    } else {
      forward();
    }
  }

  // The session is this node's from now on

  private void takeOver(List<EnginePacket> packets) {
    WebSocketLink webSocket = link;
    EngineServer server = cluster.server();
    cluster.remove(sid, this);
    if (webSocket == null || !server.takePlace(request.info().remoteAddress())) {
      drop();
      return;
    }
    EngineSession session =
        new EngineSession(
            server,
            sid,
            request.revision().number(),
            request.info(),
            server.flusher(loop),
            made -> transport(made, webSocket));
    stage = Stage.TAKEN;
    if (!server.add(session)) {
      session.end(CloseReason.FORCED_CLOSE, "the id is taken");
      return;
    }
    session.adopt(packets);
    deliverKept();
    transport().reading(!session.readingPaused());
  }

  private WebSocketTransport transport(EngineSession session, WebSocketLink webSocket) {
    WebSocketTransport transport =
        new WebSocketTransport(session, webSocket, request.query("b64") != null);
    taken = transport;
    return transport;
  }

  // The owner keeps the session

  private void forward() {
    stage = Stage.FORWARDING;
    deliverKept();
    if (stage == Stage.FORWARDING) {
      updateReading();
      awaitOwner();
    }
  }

  private void deliverKept() {
    List<Object> messages = List.copyOf(kept);
    kept.clear();
    for (Object message : messages) {
      if (message instanceof String text) {
        onText(text);
      } else if (message instanceof byte[] data) {
        onBinary(data);
      }
    }
  }

  private void forward(EnginePacket packet) {
    if (packet.type() == EnginePacket.Type.CLOSE) {
      tellClosed(false);
      drop();
      return;
    }
    unsent++;
    cluster
        .publish(new Incoming(cluster.nodeId(), owner, sid, packet))
        .whenComplete((done, failure) -> loop.execute(() -> sent(failure == null)));
    if (unsent == MOST_UNSENT) {
      updateReading();
    }
  }

  private void sent(boolean success) {
    unsent--;
    if (stage != Stage.FORWARDING) {
      return;
    }
    if (!success) {
      tellClosed(true);
      drop();
    } else if (unsent == MOST_UNSENT / 2) {
      updateReading();
    }
  }

  private void malformed() {
    cluster.publish(new Malformed(cluster.nodeId(), owner, sid));
    drop();
  }

  private void updateReading() {
    WebSocketLink webSocket = link;
    if (webSocket != null) {
      webSocket.reading(ownerReads && unsent < MOST_UNSENT);
    }
  }

  /** The owner says whether to read on. The bus's thread. */
  void reading(Reading reading) {
    loop.execute(
        () -> {
          ownerReads = reading.on();
          if (stage == Stage.FORWARDING) {
            updateReading();
          }
        });
  }

  /** What the owner has for the client. The bus's thread. */
  void drain(Drain drain) {
    loop.execute(() -> drained(drain));
  }

  private void drained(Drain drain) {
    WebSocketLink webSocket = link;
    boolean takes = stage == Stage.SETTLING || stage == Stage.FORWARDING;
    if (!takes || webSocket == null || !drain.senderId().equals(owner)) {
      return;
    }
    heard = true;
    LimitSettings limits = cluster.server().settings().limits();
    if (webSocket.unsentBytes() - forgivenBytes > limits.outboundBytes()) {
      tellClosed(true);
      drop();
      return;
    }
    Outbox.Node first = WirePackets.chain(drain.packets());
    if (first != null) {
      boolean base64 = request.query("b64") != null;
      long bytes = WebSocketWriter.write(webSocket, request.revision(), base64, first);
      forgivenBytes = bytes > limits.outboundBytes() ? bytes : 0;
    }
    for (EngineMessage.Outgoing outgoing : drain.packets()) {
      if (outgoing.packet().type() == EnginePacket.Type.CLOSE) {
        drop();
      }
    }
  }

  /** An owner that is silent for longer than it may is gone. */
  private void awaitOwner() {
    heard = false;
    timer = loop.schedule(this::checkOwner, cluster.lease());
  }

  private void checkOwner() {
    timer = null;
    if (stage == Stage.FORWARDING) {
      if (heard) {
        awaitOwner();
      } else {
        tellClosed(true);
        drop();
      }
    }
  }

  // The WebSocket

  @Override
  public void onText(String text) {
    switch (stage) {
      case PROBING, PROBED -> onProbeText(text);
      case SETTLING -> kept.add(text);
      case FORWARDING -> {
        try {
          forward(PacketCodec.decode(text, request.revision()));
        } catch (PacketFormatException e) {
          malformed();
        }
      }
      case TAKEN -> transport().onText(text);
      case ASKING, OVER -> {}
    }
  }

  @Override
  public void onBinary(byte[] data) {
    switch (stage) {
      case PROBING, PROBED -> failProbe();
      case SETTLING -> kept.add(data);
      case FORWARDING -> {
        try {
          forward(PacketCodec.decode(data, request.revision()));
        } catch (PacketFormatException e) {
          malformed();
        }
      }
      case TAKEN -> transport().onBinary(data);
      case ASKING, OVER -> {}
    }
  }

  @Override
  public void onWritable() {
    if (stage == Stage.TAKEN) {
      transport().onWritable();
    }
  }

  @Override
  public void onClose(boolean error, String description) {
    if (stage == Stage.TAKEN) {
      transport().onClose(error, description);
      return;
    }
    Stage before = stage;
    link = null;
    drop();
    switch (before) {
      case PROBING, PROBED -> cluster.publish(new Probed(0, cluster.nodeId(), owner, sid, false));
      case FORWARDING -> tellClosed(error);
      case ASKING, SETTLING, TAKEN, OVER -> {} // settled() tells
    }
  }

  private WebSocketTransport transport() {
    return Objects.requireNonNull(taken);
  }

  private void tellClosed(boolean error) {
    cluster.publish(new Closed(cluster.nodeId(), owner, sid, error));
  }

  /** Closes without a word to the owner. */
  private void drop() {
    stage = Stage.OVER;
    stopTimer();
    kept.clear();
    cluster.remove(sid, this);
    WebSocketLink webSocket = link;
    link = null;
    if (webSocket != null) {
      webSocket.close(0, "");
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** Another WebSocket of the session was allowed, so its owner does not know of this one. */
  void replaced() {
    loop.execute(
        () -> {
          if (stage != Stage.TAKEN && stage != Stage.OVER) {
            drop();
          }
        });
  }

  /** This node goes. */
  void dismiss() {
    loop.execute(
        () -> {
          if (stage == Stage.FORWARDING) {
            tellClosed(true);
            drop();
          }
        });
  }
}
