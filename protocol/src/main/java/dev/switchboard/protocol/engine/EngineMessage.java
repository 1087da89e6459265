package dev.switchboard.protocol.engine;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a cluster tell each other so that a client's requests may reach any of them.
 *
 * <p>The <em>owner</em> of a session is the node that has its state. A <em>holder</em> is a node
 * that has one of its requests or its WebSocket, and asks the owner before it uses it.
 */
public sealed interface EngineMessage {
  /** The node that sent it. */
  String senderId();

  /** The node that it is for; null if it is for all. */
  @Nullable String recipientId();

  /**
   * From a node that got a request for a session it does not know: who owns it, and may I? And
   * then, to the owner alone, so that its answer tells that what was sent before has arrived.
   *
   * @param recipientId the owner, if it is known
   * @param transport {@code polling} or {@code websocket}
   * @param write whether the request brings packets (a POST) rather than waits for some
   */
  record AcquireLock(
      long requestId,
      String senderId,
      @Nullable String recipientId,
      String sid,
      String transport,
      boolean write)
      implements EngineMessage {
    public AcquireLock {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(sid, "sid");
      Objects.requireNonNull(transport, "transport");
    }
  }

  /** From the owner: whether the holder may. */
  record LockAnswer(long requestId, String senderId, String recipientId, boolean success)
      implements EngineMessage {
    public LockAnswer {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
    }
  }

  /** From the owner: packets for the client, which end a GET that waits. */
  record Drain(String senderId, String recipientId, String sid, List<Outgoing> packets)
      implements EngineMessage {
    public Drain {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
      Objects.requireNonNull(sid, "sid");
      packets = List.copyOf(packets);
    }
  }

  /**
   * A packet on its way to the client.
   *
   * @param compress whether it may be compressed
   */
  record Outgoing(EnginePacket packet, boolean compress) {
    public Outgoing {
      Objects.requireNonNull(packet, "packet");
    }
  }

  /** From a holder: a packet of the client's. */
  record Incoming(String senderId, String recipientId, String sid, EnginePacket packet)
      implements EngineMessage {
    public Incoming {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
      Objects.requireNonNull(sid, "sid");
      Objects.requireNonNull(packet, "packet");
    }
  }

  /** From a holder: the client sent what is no packet. */
  record Malformed(String senderId, String recipientId, String sid) implements EngineMessage {
    public Malformed {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
      Objects.requireNonNull(sid, "sid");
    }
  }

  /**
   * From the holder of a WebSocket: how its probe went.
   *
   * @param success false if it is closed again; then there is no answer
   */
  record Probed(long requestId, String senderId, String recipientId, String sid, boolean success)
      implements EngineMessage {
    public Probed {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
      Objects.requireNonNull(sid, "sid");
    }
  }

  /**
   * From the owner: what becomes of a session whose WebSocket is elsewhere.
   *
   * @param takeOver whether the holder owns the session from now on; else it forwards
   * @param packets what the client sent and nobody has handled yet
   */
  record ProbeAnswer(
      long requestId,
      String senderId,
      String recipientId,
      boolean takeOver,
      List<EnginePacket> packets)
      implements EngineMessage {
    public ProbeAnswer {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
      packets = List.copyOf(packets);
    }
  }

  /**
   * From a holder: its request or WebSocket is gone.
   *
   * @param error whether it was cut, rather than closed by the client
   */
  record Closed(String senderId, String recipientId, String sid, boolean error)
      implements EngineMessage {
    public Closed {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
      Objects.requireNonNull(sid, "sid");
    }
  }

  /**
   * From the owner to the holder of a WebSocket: whether to read from it. The reference knows no
   * such message, and ignores it.
   */
  record Reading(String senderId, String recipientId, String sid, boolean on)
      implements EngineMessage {
    public Reading {
      Objects.requireNonNull(senderId, "senderId");
      Objects.requireNonNull(recipientId, "recipientId");
      Objects.requireNonNull(sid, "sid");
    }
  }
}
