package dev.switchboard.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.TestClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chat answers and whom it tells. */
@Timeout(30)
class ChatIT {
  private static final Map<String, Object> OK = Map.of("ok", true);

  private final List<TestClient> clients = new ArrayList<>();
  private SocketIoServer io;

  @BeforeEach
  void openTheChat() {
    io = SocketIoServer.create(config -> config.recovery());
    new Chat(io.main());
  }

  @AfterEach
  void closeTheChat() {
    clients.forEach(TestClient::close);
    io.close();
  }

  @Test
  void joiningTellsWhoIsOnline() {
    TestClient ada = person("Ada");
    TestClient grace = visitor();
    List<Map<String, String>> online =
        List.of(Map.of("id", ada.id(), "name", "Ada"), Map.of("id", grace.id(), "name", "Grace"));
    assertThat(ask(grace, "join", "  Grace "))
        .isEqualTo(Map.of("ok", true, "id", grace.id(), "online", online));
    assertThat(grace.next("online-users").get(0)).isEqualTo(online);
    assertThat(ada.next("user-joined").get(0))
        .isEqualTo(Map.of("username", "Grace", "userId", grace.id()));
  }

  @Test
  void aNameBelongsToOnePersonUntilThatOneLeaves() {
    TestClient ada = person("Ada");
    TestClient second = visitor();
    assertThat(ask(second, "join", "Ada"))
        .isEqualTo(Map.of("ok", false, "error", "The name Ada is taken."));
    ada.close();
    assertThat(second.next("user-left").get(0))
        .isEqualTo(Map.of("username", "Ada", "userId", ada.id()));
    assertThat(ask(second, "join", "Ada")).containsEntry("ok", true);
  }

  @Test
  void joiningAgainUnderTheSameNameIsFineAndUnderAnotherIsNot() {
    TestClient ada = person("Ada");
    assertThat(ask(ada, "join", "Ada")).containsEntry("ok", true);
    ada.next("online-users");
    assertThat(ada.next("online-users").get(0))
        .isEqualTo(List.of(Map.of("id", ada.id(), "name", "Ada")));
    assertThat(ask(ada, "join", "Eve")).containsEntry("ok", false);
  }

  static Stream<List<Object>> wrongArguments() {
    String huge = "x".repeat(900_000);
    Object deep = "x";
    for (int depth = 0; depth < 90; depth++) {
      deep = List.of(deep);
    }
    List<Object> wrongEverywhere =
        Arrays.asList(
            null, 42, -1.5e300, List.of(), List.of("a", "b"), Map.of("a", 1), deep, "", huge);
    Stream<List<Object>> wrongTypes =
        Stream.of(
                "join",
                "chat-message",
                "private-message",
                "join-room",
                "leave-room",
                "room-message",
                "typing")
            .flatMap(
                event ->
                    Stream.concat(
                        Stream.of(List.of(event)),
                        wrongEverywhere.stream().map(argument -> Arrays.asList(event, argument))));
    Stream<List<Object>> wrongValues =
        Stream.of(
            List.of("join", true),
            List.of("join", "  "),
            List.of("join", "x".repeat(33)),
            List.of("chat-message", false),
            List.of("chat-message", " \n "),
            List.of("chat-message", "x".repeat(4_001)),
            List.of("private-message", "hello"),
            List.of("private-message", Map.of("message", "hello")),
            List.of("private-message", Map.of("recipientId", "nobody", "message", "hello")),
            List.of("private-message", Map.of("recipientId", List.of(), "message", "hello")),
            List.of("private-message", Collections.singletonMap("recipientId", null)),
            List.of("join-room", "x".repeat(33)),
            List.of("room-message", Map.of("room", "tea")),
            List.of("room-message", Map.of("room", 7, "message", Map.of())),
            List.of("room-message", Map.of("room", "not joined", "message", "hello")),
            List.of("typing", "yes"));
    return Stream.concat(wrongTypes, wrongValues);
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("wrongArguments")
  void aWrongArgumentIsRefusedAndTheConnectionLives(List<Object> eventAndArguments) {
    String event = (String) eventAndArguments.get(0);
    Object[] arguments = eventAndArguments.subList(1, eventAndArguments.size()).toArray();
    TestClient ada = person("Ada");
    Map<?, ?> answer = ask(ada, event, arguments);
    assertThat(answer.get("ok")).isEqualTo(false);
    assertThat((String) answer.get("error")).isNotBlank();

    ada.emit(event, arguments);
    assertThat(ada.next("error-message").get(0)).isEqualTo(answer);
    assertThat(ask(ada, "chat-message", "still here")).isEqualTo(OK);
  }

  @Test
  void onlyWhoHasJoinedSpeaks() {
    TestClient visitor = visitor();
    for (String event : List.of("chat-message", "join-room", "leave-room")) {
      assertThat(ask(visitor, event, "hello")).containsEntry("ok", false);
    }
    assertThat(ask(visitor, "room-message", Map.of("room", "tea", "message", "hello")))
        .containsEntry("ok", false);
    assertThat(ask(visitor, "typing", true)).containsEntry("ok", false);
  }

  @Test
  void aMessageReachesEverybodyWithItsTime() {
    TestClient ada = person("Ada");
    TestClient grace = person("Grace");
    Instant before = Instant.now().minusMillis(1);
    assertThat(ask(ada, "chat-message", "Good morning")).isEqualTo(OK);
    for (TestClient each : List.of(ada, grace)) {
      Map<?, ?> message = hear(each, "chat-message");
      assertThat(message.get("username")).isEqualTo("Ada");
      assertThat(message.get("message")).isEqualTo("Good morning");
      assertThat(Instant.parse((String) message.get("timestamp"))).isBetween(before, Instant.now());
    }
  }

  @Test
  void aRoomIsHeardByItsMembersOnly() {
    TestClient ada = person("Ada");
    TestClient grace = person("Grace");
    TestClient eve = person("Eve");
    ask(ada, "join-room", "tea");
    ask(grace, "join-room", "tea");
    Map<String, String> graceInTea = Map.of("username", "Grace", "room", "tea");
    Map<String, String> adaInTea = Map.of("username", "Ada", "room", "tea");
    assertThat(hear(ada, "user-joined-room")).isEqualTo(adaInTea);
    assertThat(hear(ada, "user-joined-room")).isEqualTo(graceInTea);

    ask(grace, "room-message", Map.of("room", "tea", "message", "Assam?"));
    Map<?, ?> heard = hear(ada, "room-message");
    assertThat(heard.get("room")).isEqualTo("tea");
    assertThat(heard.get("username")).isEqualTo("Grace");
    assertThat(heard.get("message")).isEqualTo("Assam?");
    assertThat((String) heard.get("timestamp")).endsWith("Z");

    ask(grace, "leave-room", "tea");
    assertThat(hear(ada, "user-left-room")).isEqualTo(graceInTea);
    assertThat(ask(grace, "room-message", Map.of("room", "tea", "message", "Still?")))
        .containsEntry("ok", false);
    assertHeardNo(eve, "room-message", "user-joined-room", "user-left-room");
  }

  @Test
  void whoDisconnectsLeavesTheRooms() {
    TestClient ada = person("Ada");
    TestClient grace = person("Grace");
    ask(ada, "join-room", "tea");
    ask(grace, "join-room", "tea");
    grace.close();
    assertThat(hear(ada, "user-left-room")).isEqualTo(Map.of("username", "Grace", "room", "tea"));
    assertThat(hear(ada, "user-left").get("username")).isEqualTo("Grace");
  }

  @Test
  void aPrivateMessageReachesItsRecipientAlone() {
    TestClient ada = person("Ada");
    TestClient grace = person("Grace");
    TestClient eve = person("Eve");
    // a room named as a person's id is a room like others, not that person's ear
    ask(eve, "join-room", grace.id());
    assertThat(ask(ada, "private-message", Map.of("recipientId", grace.id(), "message", "Psst")))
        .isEqualTo(OK);
    Map<?, ?> heard = hear(grace, "private-message");
    assertThat(heard.get("from")).isEqualTo("Ada");
    assertThat(heard.get("fromId")).isEqualTo(ada.id());
    assertThat(heard.get("message")).isEqualTo("Psst");
    assertThat(Instant.parse((String) heard.get("timestamp"))).isBefore(Instant.now());
    assertHeardNo(eve, "private-message");
    assertHeardNo(ada, "private-message");
  }

  @Test
  void typingIsToldToTheOthers() {
    TestClient ada = person("Ada");
    TestClient grace = person("Grace");
    ada.emit("typing", true);
    assertThat(hear(grace, "typing")).isEqualTo(Map.of("username", "Ada", "typing", true));
    assertHeardNo(ada, "typing");
  }

  @Test
  void onePersonIsInALimitedNumberOfRooms() {
    TestClient ada = person("Ada");
    for (int i = 0; i < 32; i++) {
      assertThat(ask(ada, "join-room", "room " + i)).isEqualTo(OK);
    }
    assertThat(ask(ada, "join-room", "one more")).containsEntry("ok", false);
    ask(ada, "leave-room", "room 0");
    assertThat(ask(ada, "join-room", "one more")).isEqualTo(OK);
  }

  @Test
  void whoComesBackWithTheSessionIsAnnouncedAndHearsWhatWasSaidMeanwhile() {
    TestClient ada = person("Ada");
    TestClient grace = person("Grace");
    ask(ada, "join-room", "tea");
    ask(grace, "join-room", "tea");
    grace.next("user-joined-room");
    Object lastHeard = offsetOf(ada, grace);
    grace.close();
    hear(ada, "user-left");
    ask(ada, "room-message", Map.of("room", "tea", "message", "Where is she?"));

    TestClient back = resume(grace, lastHeard);
    assertThat(back.id()).isEqualTo(grace.id());
    assertThat(hear(back, "room-message").get("message")).isEqualTo("Where is she?");
    ada.next("user-joined-room");
    ada.next("user-joined-room");
    assertThat(hear(ada, "user-joined-room")).isEqualTo(Map.of("username", "Grace", "room", "tea"));
    assertThat(ask(back, "join", "Grace")).containsEntry("ok", true);
  }

  @Test
  void whoseNameWasTakenMeanwhileComesBackWithoutNameAndRooms() {
    TestClient ada = person("Ada");
    TestClient grace = person("Grace");
    ask(grace, "join-room", "tea");
    Object lastHeard = offsetOf(ada, grace);
    grace.close();
    hear(ada, "user-left");
    TestClient namesake = person("Grace");
    ask(namesake, "join-room", "tea");

    TestClient back = resume(grace, lastHeard);
    assertThat(ask(back, "chat-message", "It is me")).containsEntry("ok", false);
    ask(namesake, "room-message", Map.of("room", "tea", "message", "Among us"));
    assertThat(ask(back, "join", "Grace the First")).containsEntry("ok", true);
    ask(back, "join-room", "tea");
    ask(namesake, "room-message", Map.of("room", "tea", "message", "Welcome"));
    assertThat(hear(back, "room-message").get("message")).isEqualTo("Welcome");
  }

  @Test
  void manyShortVisitsLeaveNobodyOnline() {
    TestClient witness = person("Witness");
    for (int i = 0; i < 200; i++) {
      person("Visitor " + i).close();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> ((List<?>) ask(witness, "join", "Witness").get("online")).size() == 1);
  }

  /** Somebody who has not joined. */
  private TestClient visitor() {
    return connected(TestClient.connect(io));
  }

  private TestClient person(String name) {
    TestClient person = visitor();
    assertThat(ask(person, "join", name)).containsEntry("ok", true);
    return person;
  }

  /** Somebody comes back as the client does: with the private id and the offset last heard. */
  private TestClient resume(TestClient gone, Object lastHeard) {
    return connected(TestClient.connect(io, "/", Map.of("pid", gone.pid(), "offset", lastHeard)));
  }

  private TestClient connected(TestClient client) {
    clients.add(client);
    return client;
  }

  /** The offset of a message from one to the other: what follows the message itself. */
  private static Object offsetOf(TestClient from, TestClient to) {
    ask(from, "private-message", Map.of("recipientId", to.id(), "message", "Do you hear me?"));
    return to.next("private-message").get(1);
  }

  private static Map<?, ?> hear(TestClient client, String event) {
    return (Map<?, ?>) client.next(event).get(0);
  }

  private static void assertHeardNo(TestClient client, String... events) {
    ask(client, "typing", false); // its answer comes behind all that was sent before
    for (String event : events) {
      assertThat(client.waiting(event)).as(event).isZero();
    }
  }

  @SuppressWarnings("unchecked") // a tree's objects have text keys
  private static Map<String, Object> ask(TestClient client, String event, Object... arguments) {
    return (Map<String, Object>)
        client.call(event, arguments).orTimeout(5, TimeUnit.SECONDS).join().get(0);
  }
}
