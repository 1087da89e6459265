package dev.switchboard.server.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that connections cannot be accepted, mostly for want of files. Netty then stops to accept
 * for a second, so that the loop does not spin; here no more than one line a minute is logged. The
 * last handler of the listening channel.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final Logger log = LoggerFactory.getLogger(AcceptFailures.class);

  private long lastNanos = System.nanoTime() - QUIET_NANOS;

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    long now = System.nanoTime();
    if (now - lastNanos >= QUIET_NANOS) {
      lastNanos = now;
      log.warn("Connections cannot be accepted, trying again each second: {}", cause.toString());
    }
  }
}
