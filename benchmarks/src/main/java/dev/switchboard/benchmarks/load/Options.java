package dev.switchboard.benchmarks.load;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What to measure on what, from the command line. */
record Options(
    List<String> servers,
    List<Scenario> scenarios,
    int rounds,
    Duration warmUp,
    Duration measured,
    List<Integer> idleConnections,
    Path jdk,
    List<String> jvmOptions,
    String serverCore) {

  static final String HELP =
      """
      Measures whole servers: CPU of the server process per message, memory per idle connection.
      The hops are broadcasts from one of two servers to the clients of the other over a Redis of
      their own; all three processes count.

        --servers LIST    of node, netty-socketio, io_uring, epoll, nio; the last three also with
                          -eventloop: handlers on the event loop
                          [node,epoll,epoll-eventloop]
        --scenarios LIST  of %s [all]
        --rounds N        how often each server is started; figures are medians [3]
        --warmup SECONDS  load before each measurement, for the JIT [4]
        --measure SECONDS load that is measured [3]
        --idle LIST       connections to hold for the memory figures, 0 for none [2000,10000]
        --jdk HOME        the JDK that runs Switchboard [the one that runs this]
        --jvm OPTIONS     options for its JVM, in one argument
        --server-core N   the core that the server is held to [0]
        --quick           one round of 2 + 1.5 seconds, 2,000 idle connections
      """
          .formatted(
              Stream.of(Scenario.values()).map(Scenario::id).collect(Collectors.joining(",")));

  static Options parse(String... arguments) {
    Options options =
        new Options(
            List.of("node", "epoll", "epoll-eventloop"),
            List.of(Scenario.values()),
            3,
            Duration.ofSeconds(4),
            Duration.ofSeconds(3),
            List.of(2_000, 10_000),
            Path.of(System.getProperty("java.home")),
            List.of(),
            "0");
    Iterator<String> rest = Arrays.asList(arguments).iterator();
    while (rest.hasNext()) {
      String name = rest.next();
      if (name.equals("--quick")) {
        options = options.quick();
      } else if (rest.hasNext()) {
        options = options.with(name, rest.next());
      } else {
        throw new IllegalArgumentException(name + " needs a value; see --help");
      }
    }
    return options;
  }

  private Options quick() {
    return new Options(
        servers,
        scenarios,
        1,
        Duration.ofSeconds(2),
        Duration.ofMillis(1_500),
        idleConnections.stream().filter(count -> count <= 2_000).toList(),
        jdk,
        jvmOptions,
        serverCore);
  }

  private Options with(String name, String value) {
    if (!HELP.contains(name + " ")) {
      throw new IllegalArgumentException("no option " + name + "; see --help");
    }
    return new Options(
        name.equals("--servers") ? list(value) : servers,
        name.equals("--scenarios") ? list(value).stream().map(Scenario::named).toList() : scenarios,
        name.equals("--rounds") ? Integer.parseInt(value) : rounds,
        name.equals("--warmup") ? seconds(value) : warmUp,
        name.equals("--measure") ? seconds(value) : measured,
        name.equals("--idle")
            ? list(value).stream().map(Integer::valueOf).filter(count -> count > 0).toList()
            : idleConnections,
        name.equals("--jdk") ? Path.of(value) : jdk,
        name.equals("--jvm") ? List.of(value.split(" +")) : jvmOptions,
        name.equals("--server-core") ? value : serverCore);
  }

  private static List<String> list(String value) {
    return Stream.of(value.split(",")).filter(item -> !item.isBlank()).toList();
  }

  private static Duration seconds(String value) {
    return Duration.ofMillis(Math.round(Double.parseDouble(value) * 1_000));
  }
}
