package dev.switchboard.browser;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.JsonValue;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A headless Chromium, driven over the DevTools protocol. For the thread of one test.
 *
 * <p>Each window has a browser context of its own, as if it were another person's computer.
 */
public final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Process process;
  private final Path profile;
  private final WebSocket devTools;
  private final Json json = Json.create();
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Map<?, ?>>> pending = new ConcurrentHashMap<>();

  /** What scripts of the pages threw and nobody caught; a test expects none. */
  private final List<String> uncaught = new CopyOnWriteArrayList<>();

  private Browser(Process process, Path profile) throws IOException {
    this.process = process;
    this.profile = profile;
    Path portFile = profile.resolve("DevToolsActivePort");
    Awaitility.await("Chromium's DevTools")
        .atMost(PATIENCE)
        .until(() -> Files.exists(portFile) && Files.readAllLines(portFile).size() == 2);
    List<String> address = Files.readAllLines(portFile);
    this.devTools =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + address.get(0) + address.get(1)), new Listener())
            .join();
  }

  /** Starts Chromium with an empty profile, which {@link #close} deletes. */
  public static Browser launch() throws IOException {
    Path profile = Files.createTempDirectory("chat-browser");
    Process process =
        new ProcessBuilder(
                executable(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new Browser(process, profile);
  }

  private static String executable() {
    return NAMES.stream()
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no Chromium on the PATH: looked for " + NAMES));
  }

  /** Opens a window, as another person, and waits until the page is there. */
  public BrowserWindow open(String url, int width, int height, boolean dark) {
    return open(url, width, height, dark, Map.of());
  }

  /** As {@link #open(String, int, int, boolean)}, with cookies that the page's server has set. */
  public BrowserWindow open(
      String url, int width, int height, boolean dark, Map<String, String> cookies) {
    String context = id(send("", "Target.createBrowserContext", Map.of()), "browserContextId");
    String target =
        id(
            send(
                "",
                "Target.createTarget",
                Map.of("url", "about:blank", "browserContextId", context)),
            "targetId");
    String session =
        id(
            send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true)),
            "sessionId");
    var window = new BrowserWindow(this, target, session);
    window.show(url, width, height, dark, cookies);
    return window;
  }

  /** What scripts of the pages threw and nobody caught. */
  public List<String> uncaught() {
    return uncaught;
  }

  private static String id(Map<?, ?> answer, String name) {
    return Objects.requireNonNull((String) answer.get(name), name);
  }

  /** Sends a command, to a window's session or to the browser, and waits for its result. */
  Map<?, ?> send(String session, String method, Map<String, ?> params) {
    int id = ids.incrementAndGet();
    var result = new CompletableFuture<Map<?, ?>>();
    pending.put(id, result);
    var out = new JsonOutput();
    json.write(
        session.isEmpty()
            ? Map.of("id", id, "method", method, "params", params)
            : Map.of("id", id, "method", method, "params", params, "sessionId", session),
        out);
    devTools.sendText(out.toString(StandardCharsets.UTF_8), true).join();
    try {
      return result.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(method + " failed: " + e.getCause(), e);
    }
  }

  private void received(String text) {
    if (!(json.read(new JsonValue(text, List.of()), Object.class) instanceof Map<?, ?> message)) {
      return;
    }
    if (message.get("id") instanceof Integer id) {
      CompletableFuture<Map<?, ?>> answer = pending.remove(id);
      if (answer == null) {
        return;
      }
      if (message.get("result") instanceof Map<?, ?> result) {
        answer.complete(result);
      } else {
        answer.completeExceptionally(
            new IllegalStateException(String.valueOf(message.get("error"))));
      }
    } else if ("Runtime.exceptionThrown".equals(message.get("method"))) {
      uncaught.add(String.valueOf(message.get("params")));
    }
  }

  @Override
  public void close() throws IOException {
    devTools.abort();
    process.destroyForcibly();
    process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    deleteProfile();
  }

  private void deleteProfile() throws IOException {
    // Chromium's other processes end a little after the first and may still write
    Awaitility.await("the profile's end")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              try (Stream<Path> files = Files.walk(profile)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
              }
              return !Files.exists(profile);
            });
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        received(message);
      }
      socket.request(1);
      return null;
    }
  }
}
