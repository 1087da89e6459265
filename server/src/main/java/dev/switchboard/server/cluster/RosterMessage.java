package dev.switchboard.server.cluster;

import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Args;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What nodes tell each other about who is online: the arguments of one server-side event, so that
 * every adapter carries them and nodes that know nothing of it pass them over.
 *
 * <p>{@code node} is the teller. {@code seq} counts its changes, so that whoever missed one can see
 * it at the next word of that node.
 */
public sealed interface RosterMessage {
  /** The name of the server-side event. */
  String EVENT = "switchboard:presence";

  String node();

  /** The message as the event's arguments. */
  Args toArgs();

  /** Who came to the node, or is told of anew, and who left it. */
  record Changes(String node, long seq, List<OnlineUser> came, List<String> gone)
      implements RosterMessage {
    public Changes {
      came = List.copyOf(came);
      gone = List.copyOf(gone);
    }

    @Override
    public Args toArgs() {
      return Args.of("changes", node, seq, trees(came), gone);
    }
  }

  /** All users of the node, a page of them; pages are numbered from 0. */
  record State(String node, long seq, int page, boolean last, List<OnlineUser> users)
      implements RosterMessage {
    public State {
      users = List.copyOf(users);
    }

    @Override
    public Args toArgs() {
      return Args.of("state", node, seq, page, last, trees(users));
    }
  }

  /** The node lives. */
  record Beat(String node, long seq) implements RosterMessage {
    @Override
    public Args toArgs() {
      return Args.of("beat", node, seq);
    }
  }

  /**
   * Asks for the state of all nodes but those of which the asker knows the newest.
   *
   * @param known the nodes whose state the asker has, and its {@code seq}
   */
  record Ask(String node, long seq, Map<String, Long> known) implements RosterMessage {
    public Ask {
      known = Map.copyOf(known);
    }

    @Override
    public Args toArgs() {
      return Args.of("ask", node, seq, known);
    }
  }

  /** The node goes. */
  record Bye(String node) implements RosterMessage {
    @Override
    public Args toArgs() {
      return Args.of("bye", node);
    }
  }

  /**
   * The message in the arguments.
   *
   * @throws PacketFormatException if they are none
   */
  static RosterMessage read(Args args) {
    try {
      List<@Nullable Object> values = args.toList();
      String node = (String) present(values, 1);
      return switch ((String) present(values, 0)) {
        case "changes" ->
            new Changes(node, number(values, 2), users(values, 3), strings(present(values, 4)));
        case "state" ->
            new State(
                node,
                number(values, 2),
                Math.toIntExact(number(values, 3)),
                (Boolean) present(values, 4),
                users(values, 5));
        case "beat" -> new Beat(node, number(values, 2));
        case "ask" -> new Ask(node, number(values, 2), numbers(present(values, 3)));
        case "bye" -> new Bye(node);
        default -> throw new PacketFormatException("presence: a kind that is not known");
      };
    } catch (ClassCastException | IllegalArgumentException | ArithmeticException e) {
      throw new PacketFormatException("presence: " + e.getMessage());
    }
  }

  private static List<Map<String, @Nullable Object>> trees(List<OnlineUser> users) {
    List<Map<String, @Nullable Object>> trees = new ArrayList<>(users.size());
    for (OnlineUser user : users) {
      Map<String, @Nullable Object> tree = new LinkedHashMap<>();
      tree.put("id", user.id());
      tree.put("since", user.since().toString());
      tree.put("data", user.data());
      trees.add(tree);
    }
    return trees;
  }

  private static List<OnlineUser> users(List<@Nullable Object> values, int index) {
    List<OnlineUser> users = new ArrayList<>();
    for (Object value : (List<?>) present(values, index)) {
      if (!(value instanceof Map<?, ?> tree)
          || !(tree.get("id") instanceof String id)
          || !(tree.get("since") instanceof String since)) {
        throw new IllegalArgumentException("not a user");
      }
      try {
        users.add(new OnlineUser(id, tree.get("data"), Instant.parse(since)));
      } catch (DateTimeException e) {
        throw new IllegalArgumentException("not a time", e);
      }
    }
    return users;
  }

  private static List<String> strings(Object value) {
    List<String> strings = new ArrayList<>();
    for (Object item : (List<?>) value) {
      strings.add((String) given(item));
    }
    return strings;
  }

  private static Map<String, Long> numbers(Object value) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    ((Map<?, ?>) value)
        .forEach(
            (key, item) -> numbers.put((String) given(key), ((Number) given(item)).longValue()));
    return numbers;
  }

  private static long number(List<@Nullable Object> values, int index) {
    return ((Number) present(values, index)).longValue();
  }

  private static Object present(List<@Nullable Object> values, int index) {
    return given(index < values.size() ? values.get(index) : null);
  }

  private static Object given(@Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("a value is missing");
    }
    return value;
  }
}
