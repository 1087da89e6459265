package dev.switchboard.server.netty;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.util.List;
import java.util.Locale;

/** How the server waits for its sockets and reads and writes them. */
public enum NettyTransport {
  /**
   * The first of io_uring, epoll, kqueue and NIO that this machine has. The system property {@code
   * switchboard.transport} (such as {@code epoll}) overrides the choice.
   */
  AUTO,

  /** Linux 5.14 and later, where the container allows it: the least work per message. */
  IO_URING,

  /** Linux. */
  EPOLL,

  /** macOS and the BSDs. */
  KQUEUE,

  /** The JDK's own; everywhere. */
  NIO;

  private static final List<NettyTransport> BEST_FIRST = List.of(IO_URING, EPOLL, KQUEUE, NIO);
  private static final String PROPERTY = "switchboard.transport";
  private static final String MULTISHOT_ACCEPT = "io.netty.iouring.acceptMultiShotEnabled";

  /** Whether this machine has it. {@link #AUTO} is always there. */
  public boolean available() {
    return switch (this) {
      case AUTO, NIO -> true;
      case IO_URING -> ioUringAvailable();
      case EPOLL -> Epoll.isAvailable();
      case KQUEUE -> KQueue.isAvailable();
    };
  }

  /** The transports to try, the best first: never {@link #AUTO}, and never none. */
  List<NettyTransport> candidates() {
    NettyTransport wanted = this == AUTO ? fromProperty() : this;
    if (wanted == AUTO) {
      return BEST_FIRST.stream().filter(NettyTransport::available).toList();
    }
    if (!wanted.available()) {
      throw new IllegalStateException(
          "the transport " + wanted + " is not available here; use AUTO", wanted.cause());
    }
    return List.of(wanted);
  }

  IoHandlerFactory ioHandlers() {
    return switch (this) {
      case IO_URING -> IoUringIoHandler.newFactory();
      case EPOLL -> EpollIoHandler.newFactory();
      case KQUEUE -> KQueueIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
      case AUTO -> throw new IllegalStateException("AUTO is not a transport itself");
    };
  }

  Class<? extends ServerSocketChannel> serverChannel() {
    return switch (this) {
      case IO_URING -> IoUringServerSocketChannel.class;
      case EPOLL -> EpollServerSocketChannel.class;
      case KQUEUE -> KQueueServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
      case AUTO -> throw new IllegalStateException("AUTO is not a transport itself");
    };
  }

  /**
   * Whether io_uring is there. With multishot accept, which is Netty's default, a loop spins while
   * the process has no files left: Netty asks anew at once, even if told not to.
   */
  private static boolean ioUringAvailable() {
    if (System.getProperty(MULTISHOT_ACCEPT) == null) {
      System.setProperty(MULTISHOT_ACCEPT, "false");
    }
    return IoUring.isAvailable();
  }

  private Throwable cause() {
    Throwable cause =
        switch (this) {
          case IO_URING -> IoUring.unavailabilityCause();
          case EPOLL -> Epoll.unavailabilityCause();
          case KQUEUE -> KQueue.unavailabilityCause();
          case AUTO, NIO -> null;
        };
    return cause != null ? cause : new IllegalStateException("unknown");
  }

  private static NettyTransport fromProperty() {
    String name = System.getProperty(PROPERTY, "auto").trim();
    try {
      return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          PROPERTY + " must be auto, io_uring, epoll, kqueue or nio, not " + name, e);
    }
  }
}
