package dev.switchboard.client.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import java.util.List;

/** One way to carry packets to and from a server. Every call, either way, is on the loop. */
sealed interface Transport permits PollingTransport, WebSocketTransport {
  /** Its name in the protocol. */
  String name();

  /** Starts it; once. */
  void open();

  /** Whether {@link #send} may be called: it is open, and what was sent before is on its way. */
  boolean writable();

  /** Sends packets, in this order. {@link Listener#drained} tells when it can be called again. */
  void send(List<EnginePacket> packets);

  /** Reading was paused, and goes on. */
  void resumeReading();

  /** Ends it politely: the server learns of it. The listener hears nothing more. */
  void close();

  /** Ends it at once. The listener hears nothing more. */
  void abort();

  /** Who uses a transport. */
  interface Listener {
    /** It can be written to. A transport that learns so by a packet does not say it. */
    void ready();

    void packet(EnginePacket packet);

    /** What was sent has been handed to the network. Not called from within {@code send}. */
    void drained();

    /** Whether the next message may be read; if not, {@code resumeReading} follows. */
    boolean reading();

    /** It is over, and so are these calls. */
    void failed(EngineException cause);

    /** The server closed it, and these calls are over. */
    void closed();
  }
}
