package dev.switchboard.client;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How many threads and how much memory do so many idle clients in one JVM need? Arguments: the URL
 * of a server in another process, whose sockets acknowledge {@code ctl:whoami}, and the number of
 * clients.
 */
final class Fleet {
  private Fleet() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int most = Integer.parseInt(args[1]);
    List<ClientSocket> sockets = new ArrayList<>();
    connect(sockets, args[0], 100);
    long heap = measure(sockets.size());
    long resident = resident();
    connect(sockets, args[0], most);
    long more = most - 100L;
    System.out.printf(
        "per connection: %.1f KiB of live heap, %.1f KiB resident%n",
        (measure(sockets.size()) - heap) / 1024.0 / more, (resident() - resident) / 1024.0 / more);
    sockets.forEach(ClientSocket::disconnect);
    TimeUnit.SECONDS.sleep(5);
    System.out.println(Thread.getAllStackTraces().size() + " threads after all have gone");
  }

  private static void connect(List<ClientSocket> sockets, String url, int until) {
    while (sockets.size() < until) {
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        ClientSocket socket =
            SocketIoClient.connect(url, config -> config.transports("websocket").forceNew(true));
        sockets.add(socket);
        calls.add(socket.call("ctl:whoami", (Object) null));
      }
      CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
          .orTimeout(60, TimeUnit.SECONDS)
          .join();
    }
  }

  private static long measure(int clients) throws InterruptedException {
    TimeUnit.SECONDS.sleep(12); // the listeners' threads go after ten seconds
    for (int i = 0; i < 5; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(100);
    }
    long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    System.out.println(
        clients + " clients: " + Thread.getAllStackTraces().size() + " threads, heap " + used);
    return used;
  }

  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }
}
