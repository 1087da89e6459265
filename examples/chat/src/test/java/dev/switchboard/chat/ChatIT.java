package dev.switchboard.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What the chat answers and whom it tells. */
@Timeout(30)
class ChatIT {
  static final List<List<Object>> WRONG_ARGUMENTS =
      List.of(
          List.of("join"),
          List.of("join", 42),
          List.of("join", "  "),
          List.of("join", "x".repeat(33)),
          List.of("chat-message"),
          List.of("chat-message", List.of("a", "b")),
          List.of("chat-message", Map.of("text", "hello")),
          List.of("chat-message", ""),
          List.of("private-message"),
          List.of("private-message", "hello"),
          List.of("private-message", Map.of("message", "hello")),
          List.of("private-message", Map.of("recipientId", "nobody", "message", "hello")),
          List.of("join-room"),
          List.of("join-room", true),
          List.of("leave-room", Map.of()),
          List.of("room-message", "hello"),
          List.of("room-message", Map.of("room", "tea")),
          List.of("room-message", Map.of("room", "not joined", "message", "hello")),
          List.of("typing"),
          List.of("typing", "yes"));

  private ChatServer server;

  @BeforeEach
  void start() {
    server = ChatServer.start(0).join();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void joiningTellsWhoIsOnline() throws Exception {
    try (Visitor ada = join("Ada");
        Visitor grace = Visitor.connect(server.port())) {
      Map<String, Object> answer = grace.ask("join", "  Grace ");
      List<Map<String, String>> online =
          List.of(Map.of("id", ada.id(), "name", "Ada"), Map.of("id", grace.id(), "name", "Grace"));
      assertThat(answer).isEqualTo(Map.of("ok", true, "id", grace.id(), "online", online));
      assertThat(grace.hear("online-users")).isEqualTo(online);
      assertThat(ada.hear("user-joined"))
          .isEqualTo(Map.of("username", "Grace", "userId", grace.id()));
    }
  }

  @Test
  void aNameBelongsToOnePersonUntilThatOneLeaves() throws Exception {
    try (Visitor ada = join("Ada");
        Visitor second = Visitor.connect(server.port())) {
      assertThat(second.ask("join", "Ada"))
          .isEqualTo(Map.of("ok", false, "error", "The name Ada is taken."));
      String id = ada.id();
      ada.vanish();
      assertThat(second.hear("user-left")).isEqualTo(Map.of("username", "Ada", "userId", id));
      assertThat(second.ask("join", "Ada")).containsEntry("ok", true);
    }
  }

  @Test
  void joiningAgainUnderTheSameNameIsFineAndUnderAnotherIsNot() throws Exception {
    try (Visitor ada = join("Ada")) {
      assertThat(ada.ask("join", "Ada")).containsEntry("ok", true);
      assertThat(ada.ask("join", "Eve")).containsEntry("ok", false);
    }
  }

  @ParameterizedTest
  @FieldSource("WRONG_ARGUMENTS")
  void aWrongArgumentIsRefusedAndTheConnectionLives(List<Object> wrong) throws Exception {
    String event = (String) wrong.get(0);
    Object[] arguments = wrong.subList(1, wrong.size()).toArray();
    try (Visitor ada = join("Ada")) {
      Map<String, Object> answer = ada.ask(event, arguments);
      assertThat(answer.get("ok")).isEqualTo(false);
      assertThat((String) answer.get("error")).isNotBlank();

      ada.emit(event, arguments);
      assertThat(ada.hear("error-message")).isEqualTo(answer);

      assertThat(ada.ask("chat-message", "still here")).isEqualTo(Map.of("ok", true));
    }
  }

  @Test
  void onlyWhoHasJoinedSpeaks() throws Exception {
    try (Visitor visitor = Visitor.connect(server.port())) {
      for (String event : List.of("chat-message", "join-room", "leave-room")) {
        assertThat(visitor.ask(event, "hello")).containsEntry("ok", false);
      }
      assertThat(visitor.ask("room-message", Map.of("room", "tea", "message", "hello")))
          .containsEntry("ok", false);
      assertThat(visitor.ask("typing", true)).containsEntry("ok", false);
    }
  }

  @Test
  void aMessageReachesEverybodyWithItsTime() throws Exception {
    try (Visitor ada = join("Ada");
        Visitor grace = join("Grace")) {
      Instant before = Instant.now().minusMillis(1);
      assertThat(ada.ask("chat-message", "Good morning")).isEqualTo(Map.of("ok", true));
      for (Visitor each : List.of(ada, grace)) {
        Map<String, Object> message = each.hearMap("chat-message");
        assertThat(message.get("username")).isEqualTo("Ada");
        assertThat(message.get("message")).isEqualTo("Good morning");
        assertThat(Instant.parse((String) message.get("timestamp")))
            .isBetween(before, Instant.now());
      }
    }
  }

  @Test
  void aRoomIsHeardByItsMembersOnly() throws Exception {
    try (Visitor ada = join("Ada");
        Visitor grace = join("Grace");
        Visitor eve = join("Eve")) {
      ada.ask("join-room", "tea");
      grace.ask("join-room", "tea");
      Map<String, String> graceInTea = Map.of("username", "Grace", "room", "tea");
      Object itsOwnJoin = ada.hear("user-joined-room");
      assertThat(itsOwnJoin).isEqualTo(Map.of("username", "Ada", "room", "tea"));
      assertThat(ada.hear("user-joined-room")).isEqualTo(graceInTea);

      grace.ask("room-message", Map.of("room", "tea", "message", "Assam?"));
      Map<String, Object> heard = ada.hearMap("room-message");
      assertThat(heard.get("room")).isEqualTo("tea");
      assertThat(heard.get("username")).isEqualTo("Grace");
      assertThat(heard.get("message")).isEqualTo("Assam?");
      assertThat((String) heard.get("timestamp")).endsWith("Z");

      grace.ask("leave-room", "tea");
      assertThat(ada.hear("user-left-room")).isEqualTo(graceInTea);
      assertThat(grace.ask("room-message", Map.of("room", "tea", "message", "Still?")))
          .containsEntry("ok", false);
      assertThat(eve.heardSoFar()).doesNotContain("room-message", "user-joined-room");
    }
  }

  @Test
  void whoDisconnectsLeavesTheRooms() throws Exception {
    try (Visitor ada = join("Ada");
        Visitor grace = join("Grace")) {
      ada.ask("join-room", "tea");
      grace.ask("join-room", "tea");
      grace.vanish();
      assertThat(ada.hear("user-left-room")).isEqualTo(Map.of("username", "Grace", "room", "tea"));
      assertThat(ada.hearMap("user-left").get("username")).isEqualTo("Grace");
    }
  }

  @Test
  void aPrivateMessageReachesItsRecipientAlone() throws Exception {
    try (Visitor ada = join("Ada");
        Visitor grace = join("Grace");
        Visitor eve = join("Eve")) {
      // a room named as a person's id is a room like others, not that person's ear
      eve.ask("join-room", grace.id());
      assertThat(ada.ask("private-message", Map.of("recipientId", grace.id(), "message", "Psst")))
          .isEqualTo(Map.of("ok", true));
      Map<String, Object> heard = grace.hearMap("private-message");
      assertThat(heard.get("from")).isEqualTo("Ada");
      assertThat(heard.get("fromId")).isEqualTo(ada.id());
      assertThat(heard.get("message")).isEqualTo("Psst");
      assertThat(Instant.parse((String) heard.get("timestamp"))).isBefore(Instant.now());
      assertThat(eve.heardSoFar()).doesNotContain("private-message");
      assertThat(ada.heardSoFar()).doesNotContain("private-message");
    }
  }

  @Test
  void typingIsToldToTheOthers() throws Exception {
    try (Visitor ada = join("Ada");
        Visitor grace = join("Grace")) {
      ada.emit("typing", true);
      assertThat(grace.hear("typing")).isEqualTo(Map.of("username", "Ada", "typing", true));
      assertThat(ada.heardSoFar()).doesNotContain("typing");
    }
  }

  @Test
  void onePersonIsInALimitedNumberOfRooms() throws Exception {
    try (Visitor ada = join("Ada")) {
      for (int i : IntStream.range(0, 32).toArray()) {
        assertThat(ada.ask("join-room", "room " + i)).containsEntry("ok", true);
      }
      assertThat(ada.ask("join-room", "one more")).containsEntry("ok", false);
      ada.ask("leave-room", "room 0");
      assertThat(ada.ask("join-room", "one more")).containsEntry("ok", true);
    }
  }

  @Test
  void manyShortVisitsLeaveNobodyOnline() throws Exception {
    try (Visitor witness = join("Witness")) {
      for (int i = 0; i < 200; i++) {
        join("Visitor " + i).close();
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> ((List<?>) witness.ask("join", "Witness").get("online")).size() == 1);
    }
  }

  private Visitor join(String name) throws Exception {
    return Visitor.join(server.port(), name);
  }
}
