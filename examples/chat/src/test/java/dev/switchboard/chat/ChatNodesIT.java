package dev.switchboard.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.InProcessBus;
import dev.switchboard.testkit.TestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The chat on three nodes is the chat on one. */
@Timeout(60)
class ChatNodesIT {
  private static final Map<String, Object> OK = Map.of("ok", true);

  private final InProcessBus bus = new InProcessBus();
  private final List<SocketIoServer> nodes = new ArrayList<>();
  private final List<TestClient> clients = new ArrayList<>();

  @BeforeEach
  void openTheChat() {
    for (int i = 0; i < 3; i++) {
      var io = SocketIoServer.create(config -> config.adapter(bus.adapter()));
      new Chat(io.main());
      nodes.add(io);
    }
  }

  @AfterEach
  void closeTheChat() {
    clients.forEach(TestClient::close);
    nodes.forEach(SocketIoServer::close);
    bus.close();
  }

  @Test
  void whoComesAndGoesOnOneNodeIsSeenOnAll() {
    TestClient ada = person(0, "Ada");
    TestClient grace = person(1, "Grace");
    hearOf(ada, "user-joined", grace, "Grace");
    awaitOnline(2, "Ada", "Grace");
    TestClient joan = person(2, "Joan");
    hearOf(grace, "user-joined", joan, "Joan");
    assertThat(joan.next("online-users").get(0))
        .isEqualTo(
            List.of(
                Map.of("id", ada.id(), "name", "Ada"),
                Map.of("id", grace.id(), "name", "Grace"),
                Map.of("id", joan.id(), "name", "Joan")));
    ada.close();
    for (TestClient each : List.of(grace, joan)) {
      hearOf(each, "user-left", ada, "Ada");
    }
  }

  @Test
  void aNameIsUniqueOnAllNodes() {
    person(0, "Ada");
    awaitOnline(1, "Ada");
    assertThat(ask(visitor(1), "join", "Ada"))
        .isEqualTo(Map.of("ok", false, "error", "The name Ada is taken."));
  }

  @RepeatedTest(5)
  void whoeverWasFirstKeepsTheNameThatTwoNodesGaveAway() {
    TestClient first = visitor(0);
    TestClient second = visitor(1);
    var firstAnswer = first.call("join", "Ada");
    var secondAnswer = second.call("join", "Ada");
    patiently().until(() -> firstAnswer.isDone() || !first.isConnected());
    patiently().until(() -> secondAnswer.isDone() || !second.isConnected());
    patiently().until(() -> Stream.of(first, second).filter(ChatNodesIT::hasJoined).count() == 1);
    for (int node = 0; node < 3; node++) {
      awaitOnline(node, "Ada");
    }
  }

  @Test
  void messagesRoomsAndPrivateWordsReachPeopleOnOtherNodes() {
    TestClient ada = person(0, "Ada");
    TestClient grace = person(1, "Grace");
    TestClient joan = person(2, "Joan");
    awaitOnline(0, "Ada", "Grace", "Joan");
    ask(ada, "chat-message", "Good morning");
    assertThat(hear(joan, "chat-message").get("message")).isEqualTo("Good morning");

    ask(ada, "join-room", "tea");
    ask(grace, "join-room", "tea");
    Map<String, String> graceInTea = Map.of("username", "Grace", "room", "tea");
    ada.next("user-joined-room");
    assertThat(hear(ada, "user-joined-room")).isEqualTo(graceInTea);
    ask(grace, "room-message", Map.of("room", "tea", "message", "Assam?"));
    assertThat(hear(ada, "room-message").get("username")).isEqualTo("Grace");

    assertThat(ask(ada, "private-message", Map.of("recipientId", joan.id(), "message", "Psst")))
        .isEqualTo(OK);
    assertThat(hear(joan, "private-message").get("fromId")).isEqualTo(ada.id());
    joan.emit("typing", true);
    assertThat(hear(grace, "typing")).isEqualTo(Map.of("username", "Joan", "typing", true));
    grace.close();
    assertThat(hear(ada, "user-left-room")).isEqualTo(graceInTea);
    assertThat(joan.waiting("room-message")).isZero();
  }

  @Test
  void thePeopleOfANodeThatEndsAreGone() {
    person(0, "Ada");
    TestClient grace = person(1, "Grace");
    awaitOnline(1, "Ada", "Grace");
    nodes.get(0).close();
    assertThat(hear(grace, "user-left").get("username")).isEqualTo("Ada");
    awaitOnline(2, "Grace");
    assertThat(ask(visitor(2), "join", "Ada")).containsEntry("ok", true);
  }

  private TestClient visitor(int node) {
    var client = TestClient.connect(nodes.get(node));
    clients.add(client);
    return client;
  }

  private TestClient person(int node, String name) {
    TestClient person = visitor(node);
    assertThat(ask(person, "join", name)).containsEntry("ok", true);
    return person;
  }

  private void awaitOnline(int node, String... names) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(nodes.get(node).presence().users())
                    .extracting(user -> user.data())
                    .containsExactlyInAnyOrder((Object[]) names));
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(20));
  }

  private static boolean hasJoined(TestClient client) {
    return client.isConnected()
        && client
            .call("typing", true)
            .thenApply(answer -> answer.get(0).equals(OK))
            .completeOnTimeout(false, 2, TimeUnit.SECONDS) // put out meanwhile
            .join();
  }

  private static void hearOf(TestClient client, String event, TestClient person, String name) {
    Map<?, ?> heard;
    do {
      heard = hear(client, event);
    } while (!heard.get("username").equals(name));
    assertThat(heard.get("userId")).isEqualTo(person.id());
  }

  private static Map<?, ?> hear(TestClient client, String event) {
    return (Map<?, ?>) client.next(event).get(0);
  }

  @SuppressWarnings("unchecked") // a tree's objects have text keys
  private static Map<String, Object> ask(TestClient client, String event, Object... arguments) {
    return (Map<String, Object>)
        client.call(event, arguments).orTimeout(10, TimeUnit.SECONDS).join().get(0);
  }
}
