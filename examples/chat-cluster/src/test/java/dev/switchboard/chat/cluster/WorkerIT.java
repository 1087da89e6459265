package dev.switchboard.chat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One node as a process, as a container runs it. */
@Timeout(120)
class WorkerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void aNodeThatIsToldToEndIsNotReadyFirstAndThenEnds() throws Exception {
    int redisPort = ChatCluster.freePort();
    int port = ChatCluster.freePort();
    Process redis =
        start(
            Map.of(),
            Program.find("redis-server"),
            "--port",
            "" + redisPort,
            "--bind",
            "127.0.0.1",
            "--save",
            "");
    await().atMost(PATIENCE).until(() -> ChatCluster.answersPing(redisPort));
    Process worker =
        start(
            Map.of(
                "PORT", "" + port,
                "REDIS_URL", "redis://127.0.0.1:" + redisPort,
                "DRAIN_SECONDS", "4"),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Worker.class.getName());
    try {
      await().atMost(PATIENCE).until(() -> status(port, "ready") == 200);
      worker.destroy();
      await().atMost(PATIENCE).until(() -> status(port, "ready") == 503);
      worker.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      assertThat(worker.exitValue()).isEqualTo(143); // ended by SIGTERM, as it was told
    } finally {
      worker.destroyForcibly();
      redis.destroyForcibly();
    }
  }

  private static Process start(Map<String, String> environment, String... command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static int status(int port, String path) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
              .timeout(Duration.ofSeconds(5))
              .build();
      return HttpClient.newHttpClient()
          .send(request, HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    }
  }
}
