package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How to start a server that knows the benchmark's events and prints {@code READY <port>}.
 *
 * @param jvm whether {@code jcmd} can ask it for its heap
 */
record ServerSpec(String name, List<String> command, Map<String, String> environment, boolean jvm) {

  private static final String NODE_APP = "benchmarks/peers/node/app.mjs";
  private static final String EVENT_LOOP = "-eventloop";

  ServerSpec {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /**
   * Knows {@code node}, {@code netty-socketio} and, for Switchboard, the name of its I/O: {@code
   * io_uring}, {@code epoll} or {@code nio}, with {@code -eventloop} for handlers on the event
   * loop.
   */
  static ServerSpec named(String name, Options options) throws IOException {
    if (name.equals("node")) {
      return new ServerSpec(
          name, List.of("node", NODE_APP), Map.of("NODE_ENV", "production"), false);
    }
    if (name.equals("netty-socketio")) {
      Path peer = Path.of("benchmarks/peers/netty-socketio/target");
      String classPath =
          peer.resolve("classes") + ":" + Files.readString(peer.resolve("classpath"));
      return jvm(name, options, classPath, "peer.NettySocketIoPeer", Map.of());
    }
    String io =
        name.endsWith(EVENT_LOOP) ? name.substring(0, name.length() - EVENT_LOOP.length()) : name;
    if (!List.of("io_uring", "epoll", "nio").contains(io)) {
      throw new IllegalArgumentException(
          "a server is node, netty-socketio, io_uring, epoll or nio, the last three with or without "
              + EVENT_LOOP
              + ", not "
              + name);
    }
    String handlers = io.equals(name) ? "default" : "eventloop";
    return jvm(
        name,
        options,
        System.getProperty("java.class.path"),
        "dev.switchboard.interop.ScenarioServer",
        Map.of("PROFILE", "bench", "IO", io, "HANDLERS", handlers, "PORT", "0"));
  }

  /** The same as one of several servers, over the Redis on this port, by the classic adapter. */
  ServerSpec joined(int redisPort) {
    if (name.equals("netty-socketio")) {
      throw new IllegalStateException("netty-socketio has no adapter that is measured here");
    }
    Map<String, String> joined = new HashMap<>(environment);
    joined.put("ADAPTER", "classic");
    joined.put("REDIS_URL", "redis://127.0.0.1:" + redisPort);
    return new ServerSpec(name, command, joined, jvm);
  }

  private static ServerSpec jvm(
      String name,
      Options options,
      String classPath,
      String mainClass,
      Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add(options.jdk() + "/bin/java");
    command.addAll(options.jvmOptions());
    command.addAll(List.of("-cp", classPath, mainClass));
    return new ServerSpec(name, command, environment, true);
  }
}
