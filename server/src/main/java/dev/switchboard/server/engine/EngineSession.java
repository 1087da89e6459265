package dev.switchboard.server.engine;

/**
 * One Engine.IO session: a client's connection, whichever transport carries it at the moment.
 *
 * <p>Owned by its event loop. {@link #send}, {@link #sendVolatile}, {@link #close} and the
 * accessors may be called from any thread.
 */
public abstract class EngineSession {
  EngineSession() {}

  /** The secret id of the session, 20 characters. Never log it. */
  public abstract String id();

  /** 4 or 3. */
  public abstract int protocol();

  /** The request of the handshake. */
  public abstract RequestInfo request();

  /** The transport of the moment, {@code polling} or {@code websocket}. */
  public abstract String transport();

  public abstract boolean isOpen();

  /** The loop of the moment: it changes once, at the upgrade; prefer {@link #execute}. */
  public abstract EventLoop loop();

  /** Runs a task on the session's loop, after an upgrade on the new one. */
  public abstract void execute(Runnable task);

  /**
   * Queues a message. Messages leave in the order in which they were queued. From the session's
   * loop nothing is written before the end of the turn; from a thread that has an {@link
   * OutputBatch} open, not before that is flushed.
   *
   * @return false if the session is closed; the message is dropped
   */
  public abstract boolean send(OutboundMessage message);

  /**
   * Queues a message if nothing waits and the transport can take it at once (a GET is pending; the
   * channel is writable); else drops it.
   */
  public abstract boolean sendVolatile(OutboundMessage message);

  /** Sends what waits, then closes. The reason that the listener sees is {@code forced close}. */
  public abstract void close();

  /** Closes at once with a reason of the caller's; what waits is dropped. */
  public abstract void closeNow(CloseReason reason, String description);

  /**
   * Stops reading from the peer until {@link #resumeReading}; on the session's loop. The heartbeat
   * does not run out meanwhile.
   */
  public abstract void pauseReading();

  /** Reads on. On the session's loop. */
  public abstract void resumeReading();
}
