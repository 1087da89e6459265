package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis behind TLS, and behind a Sentinel that names another server when the first one dies. */
class RedisPlacesTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  private static <T> T wait(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, SECONDS);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void theConnectionIsEncryptedAndAStrangersCertificateRefused() throws Exception {
    makeCertificate();
    int tlsPort = freePort();
    try (var server =
        RedisProcess.start(
            "--tls-port",
            "" + tlsPort,
            "--tls-cert-file",
            folder.resolve("certificate.pem").toString(),
            "--tls-key-file",
            folder.resolve("key.pem").toString(),
            "--tls-auth-clients",
            "no")) {
      assertThat(server.port()).isPositive();
      RedisURI uri =
          RedisURI.builder()
              .withHost("127.0.0.1")
              .withPort(tlsPort)
              .withSsl(true)
              .withVerifyPeer(false)
              .build();
      try (var connections = RedisConnections.open(Redis.at(uri))) {
        wait(connections.subscriptions().subscribe("c", (channel, message) -> {}));
        assertThat(wait(connections.publish("c", new byte[1]))).isEqualTo(1);
      }
      Redis strict = Redis.at("rediss://127.0.0.1:" + tlsPort);
      assertThatThrownBy(() -> RedisConnections.open(strict)).isInstanceOf(RedisException.class);
    }
  }

  private void makeCertificate() throws Exception {
    Path store = folder.resolve("store.p12");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "server",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-storetype",
            "PKCS12",
            "-storepass",
            "changeit",
            "-keystore",
            store.toString());
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
    char[] password = "changeit".toCharArray();
    KeyStore keys = KeyStore.getInstance(store.toFile(), password);
    writePem("key.pem", "PRIVATE KEY", keys.getKey("server", password).getEncoded());
    writePem("certificate.pem", "CERTIFICATE", keys.getCertificate("server").getEncoded());
  }

  private void writePem(String file, String kind, byte[] content) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }

  @Test
  void whenTheServerDiesTheOneThatTheSentinelNamesTakesOver() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (var master = RedisProcess.start();
        var replica = RedisProcess.start("--replicaof", "127.0.0.1", "" + master.port())) {
      await().atMost(SOON).until(() -> replica.ask("INFO replication").contains("link_status:up"));
      int port = freePort();
      Process sentinel = startSentinel(port, master.port());
      try (var connections = connectThrough(port)) {
        wait(
            connections
                .subscriptions()
                .subscribe("c", (channel, message) -> seen.add(new String(message, UTF_8))));
        assertThat(wait(connections.publish("c", "before".getBytes(UTF_8)))).isEqualTo(1);
        assertThat(seen.poll(20, SECONDS)).isEqualTo("before");
        master.kill();
        await()
            .atMost(SOON)
            .ignoreExceptions()
            .until(() -> wait(connections.publish("c", "after".getBytes(UTF_8))) == 1);
        assertThat(seen.poll(20, SECONDS)).isEqualTo("after");
        assertThat(replica.ask("ROLE")).contains("master");
      } finally {
        sentinel.destroyForcibly().waitFor();
      }
    }
  }

  /** Once the sentinel has found the replica, without which it could not do its work. */
  private static RedisConnections connectThrough(int sentinel) {
    Redis redis = Redis.at("redis-sentinel://127.0.0.1:" + sentinel + "/0#main");
    return await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> RedisConnections.open(redis), connections -> true);
  }

  private Process startSentinel(int port, int master) throws Exception {
    Path settings = folder.resolve("sentinel.conf");
    Files.writeString(
        settings,
        """
        port %d
        bind 127.0.0.1
        dir %s
        sentinel monitor main 127.0.0.1 %d 1
        sentinel down-after-milliseconds main 1000
        sentinel failover-timeout main 5000
        """
            .formatted(port, folder, master));
    Process process =
        new ProcessBuilder("redis-server", settings.toString(), "--sentinel")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await().atMost(SOON).ignoreExceptions().until(() -> knowsTheReplica(port));
    return process;
  }

  private static boolean knowsTheReplica(int sentinel) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), sentinel)) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write("INFO sentinel\r\n".getBytes(UTF_8));
      byte[] answer = new byte[4096];
      int length = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(0, length), UTF_8).contains("slaves=1");
    }
  }
}
