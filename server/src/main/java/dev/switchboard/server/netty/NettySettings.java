package dev.switchboard.server.netty;

/**
 * Threads and sockets.
 *
 * @param transport default {@link NettyTransport#AUTO}
 * @param loops event loops, one thread each; default the number of processors
 * @param backlog connections that wait to be accepted; default 1,024
 * @param lowWaterMarkBytes a connection that was not writable is again once this much waits;
 *     default 32 KiB
 * @param highWaterMarkBytes a connection is not writable while more than this waits; default 64 KiB
 * @param tcpNoDelay whether small writes leave at once; default true
 */
public record NettySettings(
    NettyTransport transport,
    int loops,
    int backlog,
    int lowWaterMarkBytes,
    int highWaterMarkBytes,
    boolean tcpNoDelay) {
  public NettySettings {
    if (loops < 1) {
      throw new IllegalArgumentException("loops must be at least 1, not " + loops);
    }
    if (backlog < 1) {
      throw new IllegalArgumentException("backlog must be at least 1, not " + backlog);
    }
    if (lowWaterMarkBytes < 0 || lowWaterMarkBytes > highWaterMarkBytes) {
      throw new IllegalArgumentException(
          "lowWaterMarkBytes must be between 0 and highWaterMarkBytes ("
              + highWaterMarkBytes
              + "), not "
              + lowWaterMarkBytes);
    }
  }

  public static NettySettings defaults() {
    return new NettySettings(
        NettyTransport.AUTO,
        Runtime.getRuntime().availableProcessors(),
        1_024,
        32 * 1_024,
        64 * 1_024,
        true);
  }

  public NettySettings withTransport(NettyTransport transport) {
    return new NettySettings(
        transport, loops, backlog, lowWaterMarkBytes, highWaterMarkBytes, tcpNoDelay);
  }

  public NettySettings withLoops(int loops) {
    return new NettySettings(
        transport, loops, backlog, lowWaterMarkBytes, highWaterMarkBytes, tcpNoDelay);
  }

  public NettySettings withBacklog(int backlog) {
    return new NettySettings(
        transport, loops, backlog, lowWaterMarkBytes, highWaterMarkBytes, tcpNoDelay);
  }

  public NettySettings withWaterMarks(int lowBytes, int highBytes) {
    return new NettySettings(transport, loops, backlog, lowBytes, highBytes, tcpNoDelay);
  }

  public NettySettings withTcpNoDelay(boolean tcpNoDelay) {
    return new NettySettings(
        transport, loops, backlog, lowWaterMarkBytes, highWaterMarkBytes, tcpNoDelay);
  }
}
