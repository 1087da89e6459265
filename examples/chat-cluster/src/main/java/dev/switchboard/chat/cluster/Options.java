package dev.switchboard.chat.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the command line asks for.
 *
 * @param port where the load balancer listens; 0 for any that is free
 * @param nodes how many nodes there are
 * @param redis the Redis to use; none for one of the cluster's own
 * @param backplane how the nodes speak over Redis
 * @param sticky whether the load balancer ties a client to a node; else the nodes share the
 *     clients' requests
 */
record Options(int port, int nodes, Optional<String> redis, Backplane backplane, boolean sticky) {
  /** As many as the load balancer's configuration knows. */
  private static final int MOST_NODES = 6;

  /**
   * @throws IllegalArgumentException if an argument is wrong; the message says what to change
   */
  static Options parse(String... args) {
    int port = 3000;
    int nodes = 3;
    Optional<String> redis = Optional.empty();
    Backplane backplane = Backplane.CLASSIC;
    boolean sticky = true;
    List<String> words = Arrays.asList(args);
    for (int i = 0; i < words.size(); i += 2) {
      String option = words.get(i);
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException(option + " needs a value");
      }
      String value = words.get(i + 1);
      switch (option) {
        case "--port" -> port = number(option, value, 0, 65_535);
        case "--nodes" -> nodes = number(option, value, 1, MOST_NODES);
        case "--redis" -> redis = Optional.of(value);
        case "--adapter" -> backplane = backplane(value);
        case "--engine" -> sticky = sticky(value);
        default -> throw new IllegalArgumentException("unknown argument: " + option);
      }
    }
    return new Options(port, nodes, redis, backplane, sticky);
  }

  private static int number(String option, String value, int least, int most) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        option + " needs a number from " + least + " to " + most + ", not " + value);
  }

  private static Backplane backplane(String name) {
    List<Backplane> all = List.of(Backplane.values());
    return all.stream()
        .filter(one -> one.word().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              String words = all.stream().map(Backplane::word).collect(Collectors.joining(" or "));
              return new IllegalArgumentException("--adapter is " + words + ", not " + name);
            });
  }

  private static boolean sticky(String engine) {
    return switch (engine) {
      case "sticky" -> true;
      case "cluster" -> false;
      default -> throw new IllegalArgumentException("--engine is sticky or cluster, not " + engine);
    };
  }
}
