package dev.switchboard.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Args;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Three nodes, a bus that loses what it is told to, and a clock that stands still. */
class RosterTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<Node> nodes = new ArrayList<>();
  private PresenceSettings settings = PresenceSettings.DEFAULT;
  private long now = -5 * SECOND; // nanoTime may be negative
  private long millis = 1_000;

  /** A node on the bus. What it publishes reaches those that listen, unless it is cut off. */
  private final class Node {
    final String name;
    final Roster roster;
    final List<String> heard = new ArrayList<>();
    final List<RosterMessage> published = new ArrayList<>();
    boolean connected = true;
    boolean alive = true;

    Node(String name) {
      this.name = name;
      this.roster = new Roster(name, settings, now);
      nodes.add(this);
    }

    void enter(Object connection, String user, Object data) {
      roster.enter(connection, user, data, Instant.ofEpochMilli(millis++), now);
      run();
    }

    void leave(Object connection) {
      roster.leave(connection, now);
      run();
    }

    List<String> online() {
      return roster.users().stream().map(OnlineUser::id).sorted().toList();
    }

    OnlineUser user(String id) {
      return roster.users().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    }
  }

  /** Carries all that is to be said to and fro. */
  private void run() {
    boolean said = true;
    while (said) {
      said = false;
      for (Node node : nodes) {
        for (RosterMessage message : node.roster.takeOutput()) {
          said = true;
          node.published.add(message);
          if (node.connected && node.alive) {
            nodes.stream()
                .filter(other -> other != node && other.connected && other.alive)
                .forEach(other -> other.roster.receive(RosterMessage.read(message.toArgs()), now));
          }
        }
        for (Roster.News news : node.roster.takeNews()) {
          if (news.kind() != Roster.News.Kind.UPDATED) {
            node.heard.add((news.kind() == Roster.News.Kind.JOINED ? "+" : "-") + news.user().id());
          }
        }
      }
    }
  }

  private void pass(Duration time) {
    for (long end = now + time.toNanos(); now < end; now += SECOND / 2) {
      nodes.stream().filter(node -> node.alive).forEach(node -> node.roster.tick(now));
      run();
    }
  }

  private List<Node> three() {
    var three = List.of(new Node("a"), new Node("b"), new Node("c"));
    pass(Duration.ofSeconds(1));
    return three;
  }

  @Test
  void aUserIsOnlineOnAllNodesAndJoinsAndLeavesOnce() {
    List<Node> three = three();
    three.get(0).enter("tab 1", "ann", null);
    three.get(0).enter("tab 2", "ann", null);
    three.get(1).enter("telephone", "ann", null);
    three.forEach(node -> assertThat(node.online()).containsExactly("ann"));
    three.get(0).leave("tab 1");
    three.get(1).leave("telephone");
    three.forEach(node -> assertThat(node.heard).containsExactly("+ann"));
    three.get(0).leave("tab 2");
    three.get(0).leave("tab 2");
    three.forEach(node -> assertThat(node.heard).containsExactly("+ann", "-ann"));
    three.forEach(node -> assertThat(node.online()).isEmpty());
  }

  @Test
  void aNewNodeLearnsOfAllUsersAtOnce() {
    List<Node> three = three();
    for (int i = 0; i < 2 * Roster.PAGE + 1; i++) {
      three.get(0).enter(i, "user " + i, null);
    }
    three.get(1).enter("x", "bob", null);
    Node late = new Node("late");
    late.roster.tick(now);
    run();
    assertThat(late.online()).hasSize(2 * Roster.PAGE + 2).isEqualTo(three.get(2).online());
    assertThat(late.published).hasSize(1);
  }

  @Test
  void nobodyAnswersWhoHasNothingNewToSay() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.forEach(node -> node.published.clear());
    new Node("late");
    pass(Duration.ofSeconds(2));
    assertThat(three.get(0).published).filteredOn(RosterMessage.State.class::isInstance).hasSize(1);
  }

  @Test
  void theUsersOfANodeThatFallsSilentAreGoneAfterItsLease() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.get(0).enter("y", "both", null);
    three.get(1).enter("z", "both", null);
    three.get(0).alive = false;
    pass(Duration.ofSeconds(4));
    assertThat(three.get(2).online()).containsExactly("ann", "both");
    pass(Duration.ofSeconds(4));
    assertThat(three.get(1).online()).containsExactly("both");
    assertThat(three.get(2).online()).containsExactly("both");
    assertThat(three.get(2).heard).containsExactly("+ann", "+both", "-ann");
  }

  @Test
  void whoReturnsOnAnotherNodeWithinTheLeaseOfAKilledOneNeverLeft() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.get(0).alive = false;
    pass(Duration.ofSeconds(3));
    three.get(1).enter("y", "ann", null);
    pass(Duration.ofSeconds(10));
    assertThat(three.get(2).heard).containsExactly("+ann");
    assertThat(three.get(2).online()).containsExactly("ann");
  }

  @Test
  void aNodeThatSaysGoodbyeIsGoneAtOnce() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.get(0).roster.close();
    run();
    assertThat(three.get(1).heard).containsExactly("+ann", "-ann");
    three.get(0).enter("y", "eve", null);
    pass(Duration.ofSeconds(10));
    assertThat(three.get(1).online()).isEmpty();
    assertThat(three.get(0).online()).isEmpty();
  }

  @Test
  void withGraceAQuickReturnIsNeitherALeavingNorAComing() {
    settings = settings.grace(Duration.ofSeconds(3));
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.get(0).leave("x");
    pass(Duration.ofSeconds(2));
    three.get(2).enter("y", "ann", null);
    pass(Duration.ofSeconds(5));
    three.forEach(node -> assertThat(node.heard).containsExactly("+ann"));
    three.get(2).leave("y");
    pass(Duration.ofSeconds(2));
    three.forEach(node -> assertThat(node.online()).containsExactly("ann"));
    pass(Duration.ofSeconds(2));
    three.forEach(node -> assertThat(node.heard).containsExactly("+ann", "-ann"));
  }

  @Test
  void whatWasMissedWhileTheBusWasDownIsLearnedAfterwards() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.get(0).enter("y", "bob", null);
    three.get(2).connected = false;
    three.get(0).leave("x");
    three.get(0).enter("z", "cid", null);
    pass(Duration.ofSeconds(2));
    assertThat(three.get(2).online()).containsExactly("ann", "bob");
    three.get(2).connected = true;
    pass(Duration.ofSeconds(3));
    assertThat(three.get(2).online()).containsExactly("bob", "cid");
    assertThat(three.get(2).heard).containsExactly("+ann", "+bob", "-ann", "+cid");
  }

  @Test
  void aNodeThatWasCutOffForLongIsBackWithItsUsers() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.get(1).enter("y", "bob", null);
    three.get(0).connected = false;
    pass(Duration.ofSeconds(20));
    assertThat(three.get(0).online()).containsExactly("ann");
    assertThat(three.get(1).online()).containsExactly("bob");
    three.get(0).connected = true;
    pass(Duration.ofSeconds(3));
    three.forEach(node -> assertThat(node.online()).containsExactly("ann", "bob"));
  }

  @Test
  void aNodeThatWasAsleepItselfBlamesNobody() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    now += 60 * SECOND;
    three.get(1).roster.tick(now);
    run();
    assertThat(three.get(1).heard).containsExactly("+ann");
  }

  @Test
  void whatIsKnownOfAUserIsTheWordOfTheNodeThatHadTheUserFirst() {
    List<Node> three = three();
    three.get(2).enter("x", "ann", Map.of("status", "here"));
    three.get(0).enter("y", "ann", Map.of("status", "there"));
    three.forEach(node -> assertThat(node.user("ann").data()).isEqualTo(Map.of("status", "here")));
    three.get(2).enter("x", "ann", Map.of("status", "away"));
    three.forEach(node -> assertThat(node.user("ann").data()).isEqualTo(Map.of("status", "away")));
    three.get(2).leave("x");
    three.forEach(node -> assertThat(node.user("ann").data()).isEqualTo(Map.of("status", "there")));
  }

  @Test
  void aConnectionThatBecomesAnotherUsersIsNoLongerTheFirstOnes() {
    List<Node> three = three();
    three.get(0).enter("x", "ann", null);
    three.get(0).enter("x", "bob", null);
    assertThat(three.get(1).heard).containsExactly("+ann", "-ann", "+bob");
    three.get(0).leave("x");
    assertThat(three.get(1).online()).isEmpty();
  }

  @Test
  void inTheEndAllNodesAgreeWhateverWasLost() {
    var random = new Random(20_261_124);
    for (int round = 0; round < 50; round++) {
      nodes.clear();
      List<Node> three = three();
      Set<String> expected = new HashSet<>();
      for (int step = 0; step < 60; step++) {
        Node node = three.get(random.nextInt(3));
        String user = "user " + random.nextInt(8);
        switch (random.nextInt(5)) {
          case 0, 1 -> node.enter(node.name + user, user, null);
          case 2 -> node.leave(node.name + user);
          case 3 -> node.connected = !node.connected;
          default -> pass(Duration.ofSeconds(random.nextInt(4)));
        }
      }
      three.forEach(node -> node.connected = true);
      pass(Duration.ofSeconds(15));
      for (Node node : three) {
        Set<String> told = new HashSet<>();
        for (String event : node.heard) {
          boolean changes =
              event.charAt(0) == '+'
                  ? told.add(event.substring(1))
                  : told.remove(event.substring(1));
          assertThat(changes).as("%s of %s", event, node.heard).isTrue();
        }
        assertThat(told).containsExactlyInAnyOrderElementsOf(node.online());
        expected.addAll(node.online());
      }
      for (Node node : three) {
        assertThat(node.online()).as("round %d", round).hasSameElementsAs(expected);
      }
    }
  }

  @Test
  void whatIsNoMessageIsRefused() {
    for (List<Object> wrong :
        List.<List<Object>>of(
            List.of(),
            List.of("beat"),
            List.of("beat", "a"),
            List.of("beat", "a", "x"),
            List.of("beat", 1, 1),
            List.of("dance", "a", 1),
            List.of("changes", "a", 1, List.of("ann"), List.of()),
            List.of("changes", "a", 1, List.of(Map.of("id", "", "since", "x")), List.of()),
            List.of("changes", "a", 1, List.of(Map.of("id", "ann", "since", "now")), List.of()),
            List.of("changes", "a", 1, List.of(), List.of(7)),
            List.of("state", "a", 1, 1L << 40, true, List.of()),
            List.of("ask", "a", 1, Map.of("b", "c")),
            Arrays.asList("bye", null))) {
      assertThatThrownBy(() -> RosterMessage.read(Args.ofList(wrong)))
          .as(wrong.toString())
          .isInstanceOf(PacketFormatException.class);
    }
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> settings.heartbeat(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> settings.lease(Duration.ofSeconds(3)))
        .hasMessage("lease must be at least two heartbeats of PT2S, not PT3S");
    assertThatThrownBy(() -> settings.grace(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
