package dev.switchboard.server.netty;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts a server's connections and says when there are too many. Any thread.
 *
 * <p>Some connections beyond the limit are let in to be told so; those beyond even that are closed
 * at once, so that there are always files left for the application.
 */
final class ConnectionGate implements ChannelFutureListener {
  enum Admission {
    WELCOME,
    /** To be answered 503. */
    FULL,
    /** To be closed without a word. */
    OVERRUN
  }

  private static final int UNKNOWN_FILES_LIMIT = 1_000_000;

  private final int max;
  private final int maxTold;
  private final AtomicInteger open = new AtomicInteger();
  private final CompletableFuture<Void> empty = new CompletableFuture<>();
  private volatile boolean closing;

  ConnectionGate(int max) {
    this.max = max;
    this.maxTold = max + Math.max(16, max / 50);
  }

  /** Nine tenths of the files that the process may open. */
  static int defaultMax() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long files = unix.getMaxFileDescriptorCount();
      if (files > 0) {
        return (int) Math.min(UNKNOWN_FILES_LIMIT, files / 10 * 9);
      }
    }
    return UNKNOWN_FILES_LIMIT;
  }

  /** Counts a connection in, until it is closed. */
  Admission enter(Channel channel) {
    int count = open.incrementAndGet();
    channel.closeFuture().addListener(this);
    if (count <= max) {
      return Admission.WELCOME;
    }
    return count <= maxTold ? Admission.FULL : Admission.OVERRUN;
  }

  @Override
  public void operationComplete(ChannelFuture closed) {
    if (open.decrementAndGet() == 0 && closing) {
      empty.complete(null);
    }
  }

  int open() {
    return open.get();
  }

  /** Completes once no connection is open; to be called when none can come any more. */
  CompletableFuture<Void> whenEmpty() {
    closing = true;
    if (open.get() == 0) {
      empty.complete(null);
    }
    return empty;
  }
}
