package dev.switchboard.server.netty;

import dev.switchboard.server.engine.EventLoop;
import dev.switchboard.server.engine.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of Netty's event loops, and what its connections share: their list, a buffer to unmask in,
 * the date header.
 *
 * <p>{@link EventLoop}'s methods may be called from any thread, all others on the loop.
 */
final class NettyEventLoop implements EventLoop {
  /**
   * Greater messages get an array of their own: a large one now and then must not stay for ever.
   */
  private static final int MAX_SCRATCH_BYTES = 64 * 1_024;

  /**
   * Shorter delays are kept to the millisecond, by Netty: a tick more or less would show in them,
   * and so few connections have one that they need no wheel.
   */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final io.netty.channel.EventLoop loop;
  private final List<Connection> connections = new ArrayList<>();
  private final DateHeader date = new DateHeader();
  private final TimerWheel timers = new TimerWheel(System.nanoTime());
  private final Runnable ticking = this::tick;
  private boolean ticks;
  private byte[] scratch = new byte[1_024];
  private final SharedFrames frames;
  private @Nullable Inflation inflation;

  NettyEventLoop(io.netty.channel.EventLoop loop) {
    this.loop = loop;
    this.frames = new SharedFrames(loop);
  }

  /** {@inheritDoc} After the server's end it does nothing: all that it could be about is gone. */
  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      if (!loop.isShuttingDown()) {
        throw e;
      }
    }
  }

  @Override
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  @Override
  public Timeout schedule(Runnable task, Duration delay) {
    if (inLoop()) {
      return scheduleHere(task, delay);
    }
    // The wheel is the loop's; the time that the hand-over takes does not count.
    var handedOver = new HandedOverTimeout();
    execute(() -> handedOver.scheduled(scheduleHere(task, delay)));
    return handedOver;
  }

  private Timeout scheduleHere(Runnable task, Duration delay) {
    if (delay.compareTo(SHORT) < 0) {
      Future<?> precise = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> precise.cancel(false);
    }
    long now = System.nanoTime();
    if (!ticks) {
      ticks = true;
      // An empty wheel stands still, and is set right at once.
      timers.tick(now);
      nextTick();
    }
    return timers.schedule(task, delay, now);
  }

  private void nextTick() {
    var unused = loop.schedule(ticking, TimerWheel.TICK.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tick() {
    timers.tick(System.nanoTime());
    if (timers.size() > 0) {
      nextTick();
    } else {
      ticks = false;
    }
  }

  /** A timeout that another thread asked for. */
  private final class HandedOverTimeout implements Timeout {
    private @Nullable Timeout timeout;
    private boolean cancelled;

    void scheduled(Timeout timeout) {
      this.timeout = timeout;
      if (cancelled) {
        timeout.cancel();
      }
    }

    @Override
    public void cancel() {
      if (!inLoop()) {
        execute(this::cancel);
        return;
      }
      cancelled = true;
      if (timeout != null) {
        timeout.cancel();
      }
    }
  }

  void add(Connection connection) {
    connection.slot(connections.size());
    connections.add(connection);
  }

  /** Puts {@code next} where {@code connection} stood: the same peer, another protocol. */
  void replace(Connection connection, Connection next) {
    next.slot(connection.slot());
    connections.set(next.slot(), next);
  }

  void remove(Connection connection) {
    Connection last = connections.remove(connections.size() - 1);
    if (last != connection) {
      last.slot(connection.slot());
      connections.set(last.slot(), last);
    }
  }

  /** Asks every connection to end. */
  void shutDownConnections() {
    for (Connection connection : List.copyOf(connections)) {
      connection.shutDown();
    }
  }

  int connectionCount() {
    return connections.size();
  }

  /** An array of at least {@code size} bytes, valid until the next call. */
  byte[] scratch(int size) {
    if (size > MAX_SCRATCH_BYTES) {
      return new byte[size];
    }
    if (scratch.length < size) {
      scratch = new byte[Integer.highestOneBit(size - 1) << 1];
    }
    return scratch;
  }

  DateHeader date() {
    return date;
  }

  SharedFrames frames() {
    return frames;
  }

  Inflation inflation() {
    Inflation shared = inflation;
    if (shared == null) {
      shared = new Inflation();
      inflation = shared;
    }
    return shared;
  }

  /** Gives native memory back; the last thing on the loop. */
  void end() {
    frames.end();
    if (inflation != null) {
      inflation.end();
      inflation = null;
    }
  }
}
