package dev.switchboard.chaos;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The way from clients to nodes: hands new connections to the nodes in turn, and can cut all
 * connections, let nobody in, or let connections hang. Any thread.
 */
final class Gate implements AutoCloseable {
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private final AtomicInteger turn = new AtomicInteger();
  private final Channel listening;
  private volatile List<Integer> ports;
  private volatile boolean shut;

  private Gate(List<Integer> ports) {
    this.ports = ports;
    this.listening =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel near) {
                    accept(near);
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  static Gate to(Integer... ports) {
    return new Gate(List.of(ports));
  }

  String url() {
    return "http://127.0.0.1:" + ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Where new connections go from now on. */
  void lead(Integer... nodes) {
    ports = List.of(nodes);
  }

  /** Closes all connections and lets nobody in until {@link #open}. */
  void shut() {
    shut = true;
    channels.forEach(Channel::close);
  }

  void open() {
    shut = false;
  }

  /** The connections of now carry nothing more, and nobody is told. */
  void hang() {
    for (Channel channel : channels) {
      channel.config().setAutoRead(false);
    }
  }

  private void accept(Channel near) {
    if (shut) {
      near.close();
      return;
    }
    List<Integer> nodes = ports;
    int port = nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
    Pipe toFar = new Pipe();
    near.pipeline().addLast(toFar);
    new Bootstrap()
        .group(near.eventLoop())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .handler(new Pipe(near))
        .connect(InetAddress.getLoopbackAddress(), port)
        .addListener(
            connecting -> {
              if (connecting.isSuccess()) {
                Channel far = ((io.netty.channel.ChannelFuture) connecting).channel();
                toFar.other = far;
                near.config().setAutoRead(true);
                far.config().setAutoRead(true);
              } else {
                near.close();
              }
            });
  }

  /** Hands on what one end says to the other. On the loop. */
  private final class Pipe extends ChannelInboundHandlerAdapter {
    private Channel other;

    Pipe(Channel... other) {
      this.other = other.length == 0 ? null : other[0];
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      channels.add(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      other.writeAndFlush(bytes);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      channels.remove(context.channel());
      if (other != null) {
        other.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  @Override
  public void close() {
    shut();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
