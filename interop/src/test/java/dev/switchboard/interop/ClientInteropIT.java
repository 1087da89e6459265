package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.switchboard.client.ClientConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Our client and the official JavaScript client tell the same stories, event by event, of the
 * reference and of our server.
 */
class ClientInteropIT {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Map<String, String> JAVA_CLIENT = Map.of("PROFILE", "java-client");

  /** Both clients, and the variants of a story. */
  private record Story(String name, Map<String, String> environment, List<String> options) {
    static Story of(String name, String... options) {
      return new Story(name, JAVA_CLIENT, List.of(options));
    }

    Story on(String... environment) {
      Map<String, String> more = new HashMap<>(this.environment);
      for (int i = 0; i < environment.length; i += 2) {
        more.put(environment[i], environment[i + 1]);
      }
      return new Story(name, more, options);
    }

    /** Whether it does things to its server. */
    boolean alone() {
      return List.of("restart", "gives_up", "recovery").contains(name);
    }

    String title() {
      return name + " " + String.join(" ", options);
    }

    String option(String key, String fallback) {
      return options.stream()
          .filter(each -> each.startsWith(key + "="))
          .map(each -> each.substring(key.length() + 1))
          .findFirst()
          .orElse(fallback);
    }

    Consumer<ClientConfig> settings() {
      String[] transports = option("transports", "polling,websocket").split(",", -1);
      boolean msgpack = option("parser", "").equals("msgpack");
      return config -> {
        config.transports(transports);
        if (msgpack) {
          config.msgpack();
        }
      };
    }
  }

  @TestFactory
  Stream<DynamicContainer> storiesOfOneConnection() throws InterruptedException {
    return onBoth(
        Story.of("conversation", "transports=polling"),
        Story.of("conversation", "transports=websocket"),
        Story.of("namespaces"),
        Story.of("auth"),
        Story.of("buffers", "transports=websocket"),
        Story.of("retries"),
        Story.of("conversation", "parser=msgpack").on("PARSER", "msgpack"),
        Story.of("transports").on("PROFILE", "badinput-websocket"));
  }

  // Not over polling: a server need not notice that a client which has no poll open is gone.
  @TestFactory
  Stream<DynamicContainer> storiesOfRecovery() throws InterruptedException {
    return onBoth(
        Story.of("recovery", "transports=websocket").on("PROFILE", "cluster", "RECOVERY", "1"),
        Story.of("recovery", "transports=websocket", "parser=msgpack")
            .on("PROFILE", "cluster", "RECOVERY", "1", "PARSER", "msgpack"));
  }

  @TestFactory
  Stream<DynamicContainer> storiesOfLosses() throws InterruptedException {
    return onBoth(
        Story.of("restart", "transports=websocket"),
        Story.of("restart", "transports=polling"),
        Story.of("gives_up"));
  }

  @TestFactory
  Stream<DynamicTest> theReferenceOfVersion3(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path modules = Files.createDirectory(folder.resolve("node_modules"));
    Path installed = ChildProcess.moduleFolder().resolve("node/node_modules");
    Files.createSymbolicLink(modules.resolve("socket.io"), installed.resolve("socket.io-3"));
    Files.createSymbolicLink(modules.resolve("engine.io"), installed.resolve("engine.io"));
    List<Story> stories =
        Stream.of("conversation", "namespaces", "buffers", "auth")
            .map(name -> Story.of(name).on("SCENARIO_MODULES", folder.toString()))
            .toList();
    return toldOn(ScenarioApp.NODE, stories);
  }

  private static Stream<DynamicContainer> onBoth(Story... stories) throws InterruptedException {
    List<DynamicContainer> both = new ArrayList<>();
    for (ScenarioApp app : ScenarioApp.values()) {
      both.add(dynamicContainer(app.toString(), toldOn(app, List.of(stories))));
    }
    return both.stream();
  }

  /** Has the stories told, those that leave the server as it is side by side on one server. */
  private static Stream<DynamicTest> toldOn(ScenarioApp app, List<Story> stories)
      throws InterruptedException {
    List<DynamicTest> tests = new ArrayList<>();
    Map<Map<String, String>, List<Story>> shared = new LinkedHashMap<>();
    for (Story story : stories) {
      if (story.alone()) {
        Told official = alone(app, story, ClientInteropIT::official);
        tests.add(compare(story, official, alone(app, story, ClientInteropIT::ours)));
      } else {
        shared.computeIfAbsent(story.environment(), any -> new ArrayList<>()).add(story);
      }
    }
    for (Map.Entry<Map<String, String>, List<Story>> each : shared.entrySet()) {
      tests.addAll(sideBySide(app, each.getKey(), each.getValue()));
    }
    return tests.stream();
  }

  private static List<DynamicTest> sideBySide(
      ScenarioApp app, Map<String, String> environment, List<Story> stories)
      throws InterruptedException {
    ExecutorService tellers = Executors.newFixedThreadPool(4);
    try (Theatre stage = new Theatre(app, environment)) {
      List<DynamicTest> tests = new ArrayList<>();
      for (Story story : stories) {
        Future<List<JsonNode>> official = tellers.submit(() -> official(stage, story));
        Future<List<JsonNode>> ours = tellers.submit(() -> ours(stage, story));
        tests.add(compare(story, official::get, ours::get));
      }
      tellers.shutdown();
      assertThat(tellers.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      return tests;
    } finally {
      tellers.shutdownNow();
    }
  }

  /** What a client told, or why it could not. */
  private interface Told {
    List<JsonNode> get() throws Exception;
  }

  private interface Client {
    List<JsonNode> tell(Theatre stage, Story story) throws InterruptedException;
  }

  private static Told alone(ScenarioApp app, Story story, Client client)
      throws InterruptedException {
    try (Theatre stage = new Theatre(app, story.environment())) {
      List<JsonNode> told = client.tell(stage, story);
      return () -> told;
    } catch (RuntimeException | AssertionError e) {
      return () -> {
        throw new AssertionError(e);
      };
    }
  }

  private static DynamicTest compare(Story story, Told official, Told ours) {
    return dynamicTest(
        story.title(),
        () -> {
          assertThat(ours.get()).isNotEmpty();
          assertThat(text(ours.get())).isEqualTo(text(official.get()));
        });
  }

  private static List<JsonNode> ours(Theatre stage, Story story) throws InterruptedException {
    var stories = new ClientStories(stage.url(), stage.direct(), story.settings(), stage::command);
    return stories.tell(story.name()).stream().<JsonNode>map(JSON::valueToTree).toList();
  }

  private static String text(List<JsonNode> lines) {
    return lines.stream()
        .map(line -> JSON.writeValueAsString(JSON.treeToValue(line, Object.class)))
        .collect(Collectors.joining("\n"));
  }

  private static List<JsonNode> official(Theatre stage, Story story) throws InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("node", "node/tests/client-stories.mjs", stage.url()));
    command.add("story=" + story.name());
    command.add("direct=" + stage.direct());
    command.addAll(story.options());
    List<JsonNode> lines = Collections.synchronizedList(new ArrayList<>());
    Consumer<String> onLine =
        line -> {
          JsonNode node = JSON.readTree(line);
          if (node.has("command")) {
            stage.command(node.get("command").asString());
          } else {
            lines.add(node);
          }
        };
    try (ChildProcess process = ChildProcess.start(command, Map.of(), onLine)) {
      int exitCode = process.awaitEnd(LIMIT);
      assertThat(exitCode).as(process.output()).isZero();
    }
    int last = lines.size() - 1;
    assertThat(lines.get(last).path("done").asBoolean()).isTrue();
    return List.copyOf(lines.subList(0, last));
  }

  /** Where a story is told: a server on a port of its own, and a cable to it. */
  private static final class Theatre implements AutoCloseable {
    private final ScenarioApp app;
    private final Map<String, String> environment;
    private final Cable cable;
    private final int port;
    private ScenarioProcess server;

    Theatre(ScenarioApp app, Map<String, String> environment) throws InterruptedException {
      this.app = app;
      this.port = freePort();
      this.environment = new HashMap<>(environment);
      this.environment.put("PORT", Integer.toString(port));
      this.cable = Cable.to(port);
      this.server = ScenarioProcess.start(app, this.environment);
    }

    String url() {
      return cable.url();
    }

    String direct() {
      return "http://127.0.0.1:" + port;
    }

    void command(String what) {
      switch (what) {
        case "cut" -> cable.cut();
        case "kill" -> server.close();
        case "start" -> {
          try {
            server = ScenarioProcess.start(app, environment);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        }
        default -> throw new IllegalArgumentException(what);
      }
    }

    @Override
    public void close() {
      cable.close();
      server.close();
    }

    private static int freePort() {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
