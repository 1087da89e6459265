package dev.switchboard.chat.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the command line asks for.
 *
 * @param port where the load balancer listens; 0 for any that is free
 * @param nodes how many nodes there are
 * @param redis the Redis to use; none for one of the cluster's own
 * @param backplane how the nodes speak over Redis
 */
record Options(int port, int nodes, Optional<String> redis, Backplane backplane) {
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
        default -> throw new IllegalArgumentException("unknown argument: " + option);
      }
    }
    return new Options(port, nodes, redis, backplane);
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
    return Arrays.stream(Backplane.values())
        .filter(one -> word(one).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--adapter is "
                        + Arrays.stream(Backplane.values())
                            .map(Options::word)
                            .collect(Collectors.joining(" or "))
                        + ", not "
                        + name));
  }

  private static String word(Backplane backplane) {
    return backplane.name().toLowerCase(Locale.ROOT);
  }
}
