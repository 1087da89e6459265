package dev.switchboard.server.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of one server, and the transport that they run.
 *
 * @param loops ours, by Netty's
 */
record LoopGroup(
    EventLoopGroup group, NettyTransport transport, Map<EventExecutor, NettyEventLoop> loops) {
  private static final Logger log = LoggerFactory.getLogger(LoopGroup.class);

  /**
   * Starts loops with the first transport that works.
   *
   * @throws IllegalStateException if none does
   */
  static LoopGroup open(NettySettings settings) {
    List<NettyTransport> candidates = settings.transport().candidates();
    NettyTransport last = candidates.get(candidates.size() - 1);
    for (NettyTransport transport : candidates) {
      try {
        return open(settings.loops(), transport);
      } catch (IllegalStateException e) {
        // A transport may be there and yet have no means: rings need memory that can be locked.
        if (transport == last) {
          throw e;
        }
        log.warn("The transport {} does not start, trying the next: {}", transport, e.toString());
      }
    }
    throw new IllegalStateException("there is no transport");
  }

  private static LoopGroup open(int count, NettyTransport transport) {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("switchboard-loop", false), transport.ioHandlers());
    Map<EventExecutor, NettyEventLoop> loops = new HashMap<>();
    for (EventExecutor loop : group) {
      loops.put(loop, new NettyEventLoop((EventLoop) loop));
    }
    return new LoopGroup(group, transport, Map.copyOf(loops));
  }
}
