package dev.switchboard.chat.cluster;

import static dev.switchboard.chat.cluster.ChatWindows.LINES;
import static dev.switchboard.chat.cluster.ChatWindows.MESSAGES;
import static dev.switchboard.chat.cluster.ChatWindows.joinRoom;
import static dev.switchboard.chat.cluster.ChatWindows.node;
import static dev.switchboard.chat.cluster.ChatWindows.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.browser.Browser;
import dev.switchboard.browser.BrowserWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cluster as its users meet it: three nodes behind the balancers whose configuration is in the
 * repository, and people in windows of a real browser, whose page uses the official client.
 */
@Timeout(180)
class ChatClusterIT {
  private static final Duration LIST_IS_RIGHT = Duration.ofSeconds(10);
  private static final Duration ONE_LOOK = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static ClusterProcess cluster;
  private static Browser browser;

  @BeforeAll
  static void start() throws IOException {
    cluster = ClusterProcess.start("--nodes", "3", "--adapter", "streams");
    browser = Browser.launch();
  }

  @AfterAll
  static void end() throws IOException {
    browser.close();
    List<ProcessHandle> processes = cluster.processes();
    cluster.terminate();
    assertThat(processes).hasSizeGreaterThanOrEqualTo(5);
    await().atMost(PATIENCE).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(browser.uncaught()).isEmpty();
  }

  @Test
  void peopleOnDifferentNodesChatAsOnOne() throws IOException {
    BrowserWindow ada = join(cluster.address(), "Ada");
    List<String> nodes = new ArrayList<>(List.of("node1", "node2", "node3"));
    assertThat(nodes.remove(node(ada))).isTrue();
    assertThat(Stream.of(ada, ada, ada).map(ChatWindows::node)).doesNotContainAnyElementsOf(nodes);
    BrowserWindow grace = person("Grace", nodes.get(0), "?transport=polling");
    BrowserWindow joan = person("Joan", nodes.get(1), "?transport=websocket");
    ada.see("body[data-transport=websocket] #connection", "websocket");
    grace.see("body[data-transport=polling] #connection", "polling");
    joan.see("#people button", "Ada");
    joan.see("#people button", "Grace");
    ada.see("#people button", "Joan");
    grace.see("#people button", "Joan");

    say(ada, "Good morning!");
    grace.see(MESSAGES, "Good morning!");
    joan.see(MESSAGES, "Good morning!");
    say(grace, "Good morning to you");
    ada.see(MESSAGES, "Good morning to you");

    joinRoom(ada, "tea");
    joinRoom(joan, "tea");
    ada.see(LINES, "Joan joined the room");
    say(ada, "Assam?");
    joan.see(MESSAGES, "Assam?");

    grace.click("#people button", "Joan");
    say(grace, "Between the two of us");
    joan.click("#conversations button", "Grace");
    joan.see(MESSAGES, "Between the two of us");
    joan.screenshot("cluster-private");

    ada.close();
    grace.click("#sign-out", "Leave"); // HAProxy does not tell when a poll's client is gone
    joan.click("#conversations button", "Everyone");
    joan.see(LINES, "Ada left");
    joan.see(LINES, "Grace left");
    grace.close();
    joan.close();
  }

  @Test
  void aNodeThatIsKilledIsBackAndSoAreItsPeople() throws IOException {
    String killed = "node2";
    BrowserWindow one = person("Alice", "node1", "");
    BrowserWindow other = person("Barbara", "node3", "");
    BrowserWindow back = person("Carol", killed, "");
    joinRoom(back, "tea"); // so early that its session is written, which takes a moment
    back.click("#conversations button", "Everyone");
    BrowserWindow mary = person("Mary", killed, "");
    assertThat(node(mary)).isEqualTo(killed);
    one.see("#people button", "Mary");
    other.see("#people button", "Mary");
    back.see("body[data-transport=websocket] #connection", "websocket");
    long before = cluster.processOf(killed);

    joinRoom(one, "tea");
    one.click("#conversations button", "Everyone");

    cluster.kill(killed);
    long killedAt = System.nanoTime();
    mary.close();
    say(one, "Still here?");
    other.see(MESSAGES, "Still here?");
    say(other, "Still here");
    one.see(MESSAGES, "Still here");
    one.click("#conversations button", "tea");
    say(one, "Tea is ready");
    one.see(".message.own:not([data-delivery])", "Tea is ready");
    one.click("#conversations button", "Everyone");
    Duration since = Duration.ofNanos(System.nanoTime() - killedAt);
    Duration left = LIST_IS_RIGHT.minus(since);
    one.seeWithin(
        left.compareTo(ONE_LOOK) > 0 ? left : ONE_LOOK,
        "![...document.querySelectorAll('#people button')].some(e => e.innerText.includes('Mary'))");

    back.seeWithin(
        PATIENCE, "document.body.dataset.connection === 'connected' && " + seen("recovered"));
    back.see(MESSAGES, "Still here?"); // nothing that was said meanwhile is missing
    back.see(MESSAGES, "Still here");
    back.click("#conversations button", "tea");
    back.see(MESSAGES, "Tea is ready");
    back.click("#conversations button", "Everyone");
    say(back, "Back again");
    one.see(MESSAGES, "Back again");
    other.see(MESSAGES, "Back again");
    one.see("#people button", "Carol");
    back.see("#people button", "Alice");
    back.see("#people button", "Barbara");
    one.screenshot("cluster-after-a-kill");
    back.screenshot("cluster-back-after-a-kill");
    await().atMost(PATIENCE).until(() -> cluster.processOf(killed) != before);
    await().atMost(PATIENCE).until(() -> answers("http://localhost:" + cluster.portOf(killed)));
    List.of(one, other, back).forEach(BrowserWindow::close);
  }

  @Test
  void nginxCarriesPollingAndUpgradesToo(@TempDir Path folder) throws Exception {
    int port = ChatCluster.freePort();
    String configuration =
        Files.readString(Path.of("deploy/nginx.conf"))
            .replace("listen 80;", "listen 127.0.0.1:" + port + ";");
    for (String node : List.of("node1", "node2", "node3")) {
      assertThat(configuration).contains(node + ":3000");
      configuration = configuration.replace(node + ":3000", "127.0.0.1:" + cluster.portOf(node));
    }
    Files.writeString(folder.resolve("nginx.conf"), configuration);
    Process nginx =
        new ProcessBuilder(
                Program.find("nginx"),
                "-p",
                folder.toString(),
                "-c",
                "nginx.conf",
                "-e",
                "error.log",
                "-g",
                "daemon off; pid nginx.pid; user root; error_log error.log;")
            .redirectErrorStream(true)
            .start();
    try {
      String address = "http://localhost:" + port;
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                assertThat(nginx.isAlive()).as(() -> output(nginx)).isTrue();
                return answers(address);
              });
      BrowserWindow upgraded = join(address + "/", "Ute");
      BrowserWindow polling = join(address + "/?transport=polling", "Paula");
      upgraded.see("body[data-transport=websocket] #connection", "websocket");
      polling.see("body[data-transport=polling] #connection", "polling");
      say(upgraded, "Through nginx");
      polling.see(MESSAGES, "Through nginx");
      say(polling, "And back");
      upgraded.see(MESSAGES, "And back");
      upgraded.close();
      polling.close();
    } finally {
      nginx.destroy();
      nginx.waitFor();
    }
  }

  private static String output(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean answers(String address) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(address + "/ready"))
              .timeout(Duration.ofSeconds(5))
              .build();
      return HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  /** Somebody whom the balancer takes for one who had been given that node. */
  private static BrowserWindow person(String name, String node, String query) {
    return ChatWindows.join(browser, cluster.address() + query, name, Map.of("CHATNODE", node));
  }

  private static BrowserWindow join(String url, String name) {
    return ChatWindows.join(browser, url, name);
  }

  private static String seen(String line) {
    return "[...document.querySelectorAll('.event')].some(e => e.innerText.includes('%s'))"
        .formatted(line);
  }
}
