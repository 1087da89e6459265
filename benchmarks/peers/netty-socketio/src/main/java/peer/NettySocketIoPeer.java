package peer;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;

/** The benchmark's events on netty-socketio, with its default settings but for epoll. */
public final class NettySocketIoPeer {

  private NettySocketIoPeer() {}

  public static void main(String[] arguments) throws Exception {
    int port = freePort();
    Configuration configuration = new Configuration();
    configuration.setHostname("127.0.0.1");
    configuration.setPort(port);
    configuration.setUseLinuxNativeEpoll(true);
    SocketIOServer io = new SocketIOServer(configuration);
    io.addEventListener(
        "bcast", String.class, (client, x, ack) -> io.getBroadcastOperations().sendEvent("msg", x));
    io.addEventListener("echo", String.class, (client, x, ack) -> client.sendEvent("echo", x));
    io.addEventListener("ack", String.class, (client, x, ack) -> ack.sendAckData(x));
    io.addEventListener(
        "sleep",
        Integer.class,
        (client, millis, ack) -> {
          Thread.sleep(millis);
          ack.sendAckData();
        });
    io.start();
    System.out.println("READY " + port);
    new CountDownLatch(1).await();
  }

  /** It does not tell which port it got. */
  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
