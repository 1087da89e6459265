package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.netty.TlsSettings.ClientCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoBufferLeaks.class)
class TlsTest {
  private static final String GET = "GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n";
  private static @TempDir Path folder;
  private static Keys keys;

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = Keys.selfSigned(folder, "server");
  }

  @Test
  void servesHttpAndWebSocketWithPemFiles() throws Exception {
    try (RunningServer server = server(pem())) {
      try (RawClient client = connect(server.address, Keys.client(keys, null))) {
        client.send(GET);
        assertThat(client.read().status()).isEqualTo(200);
        assertThat(server.engine.requests.peek().request().secure()).isTrue();
        client.send(RawClient.UPGRADE);
        assertThat(client.readHead().status()).isEqualTo(101);
        client.text("hello");
        assertThat(client.readFrame().text()).isEqualTo("hello");
        client.frame(0x82, new byte[300_000]);
        assertThat(client.readFrame().payload()).hasSize(300_000);
        client.frame(0x88, new byte[0]);
        assertThat(client.readFrame().opcode()).isEqualTo(8);
        assertThat(client.readToEnd()).isZero();
      }
    }
  }

  @Test
  void servesWithAPkcs12Store() throws Exception {
    TlsSettings settings = TlsSettings.pkcs12(keys.store, Keys.PASSWORD);
    assertThat(settings.toString()).doesNotContain(Keys.PASSWORD);
    try (RunningServer server = server(settings);
        RawClient client = connect(server.address, Keys.client(keys, null))) {
      client.send(GET);
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void refusesOldVersionsAndWeakCiphers() throws Exception {
    try (RunningServer server = server(pem())) {
      for (String cipher :
          new String[] {
            "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"
          }) {
        SSLSocket socket = socket(server.address, Keys.client(keys, null));
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        socket.setEnabledCipherSuites(new String[] {cipher});
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
      }
      // The client's JDK no longer speaks 1.1, so its hello is sent as bytes.
      try (RawClient old = new RawClient(server.address)) {
        old.sendHex("16 0301 002d 01 000029 0302" + "00".repeat(32) + "00 0002 c009 01 00");
        byte[] alert = old.socket().getInputStream().readNBytes(7);
        assertThat(alert[0]).isEqualTo((byte) 21);
        assertThat(alert[6]).as("protocol_version").isEqualTo((byte) 70);
      }
    }
  }

  @Test
  void closesPlainHttpAtOnce() throws Exception {
    try (RunningServer server = server(pem());
        RawClient client = new RawClient(server.address)) {
      client.send(GET);
      long start = System.nanoTime();
      client.readToEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void closesHandshakesThatStall() throws Exception {
    TlsSettings settings = pem().withHandshakeTimeout(Duration.ofMillis(300));
    try (RunningServer server = server(settings);
        RawClient client = new RawClient(server.address)) {
      client.sendHex("16 0301 0200 01");
      client.readToEnd();
      await().until(() -> server.server.connections() == 0);
    }
  }

  @Test
  void refusesASecondHandshake() throws Exception {
    try (RunningServer server = server(pem())) {
      SSLSocket socket = socket(server.address, Keys.client(keys, null));
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      try (RawClient client = new RawClient(socket)) {
        client.send(GET);
        assertThat(client.read().status()).isEqualTo(200);
        assertThatThrownBy(
                () -> {
                  socket.startHandshake();
                  client.send(GET);
                  client.read();
                })
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void asksForClientCertificates(@TempDir Path own) throws Exception {
    Keys authority = Keys.selfSigned(own, "authority");
    Keys known = authority.sign("known", "-1H");
    Keys expired = authority.sign("expired", "-9d");
    Keys unknown = Keys.selfSigned(own, "unknown");
    TlsSettings settings =
        pem().withClientCertificates(ClientCertificates.REQUIRED, authority.certificate());
    try (RunningServer server = server(settings)) {
      try (RawClient client = connect(server.address, Keys.client(keys, known))) {
        client.send(GET);
        assertThat(client.read().status()).isEqualTo(200);
      }
      for (Keys wrong : new Keys[] {null, unknown, expired}) {
        assertThatThrownBy(
                () -> {
                  try (RawClient client = connect(server.address, Keys.client(keys, wrong))) {
                    client.send(GET);
                    client.read();
                  }
                })
            .isInstanceOf(IOException.class);
      }
      assertThat(server.engine.requests).hasSize(1);
    }
  }

  @Test
  void takesNewCertificatesWhileItRuns(@TempDir Path own) throws Exception {
    Keys next = Keys.selfSigned(own, "next");
    Path certificate = Files.copy(keys.certificate(), own.resolve("live.crt"));
    Path key = Files.copy(keys.privateKey(), own.resolve("live.key"));
    try (RunningServer server = server(TlsSettings.pem(certificate, key));
        RawClient before = connect(server.address, Keys.client(keys, null))) {
      before.send(GET);
      assertThat(before.read().status()).isEqualTo(200);

      Files.writeString(certificate, "nonsense");
      assertThatThrownBy(server.server::reloadTls).isInstanceOf(IllegalArgumentException.class);
      connect(server.address, Keys.client(keys, null)).close();

      Files.copy(next.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(next.privateKey(), key, StandardCopyOption.REPLACE_EXISTING);
      server.server.reloadTls();
      try (RawClient after = connect(server.address, Keys.client(next, null))) {
        after.send(GET);
        assertThat(after.read().status()).isEqualTo(200);
      }
      before.send(GET);
      assertThat(before.read().status()).isEqualTo(200);
    }
  }

  @Test
  void saysWhatIsWrongWithTheFiles() throws Exception {
    Path none = folder.resolve("none.crt");
    assertThatThrownBy(() -> server(TlsSettings.pem(none, keys.privateKey())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.crt");
    assertThatThrownBy(() -> server(TlsSettings.pkcs12(keys.store, "wrong")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("password");
    assertThatThrownBy(
            () ->
                new TlsSettings(
                    pem().key(),
                    Optional.empty(),
                    ClientCertificates.REQUIRED,
                    Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static TlsSettings pem() throws Exception {
    return TlsSettings.pem(keys.certificate(), keys.privateKey());
  }

  private static RunningServer server(TlsSettings settings) {
    return new RunningServer(engine -> {}, builder -> builder.tls(settings));
  }

  private static RawClient connect(InetSocketAddress address, SSLContext context)
      throws IOException {
    SSLSocket socket = socket(address, context);
    socket.startHandshake();
    return new RawClient(socket);
  }

  private static SSLSocket socket(InetSocketAddress address, SSLContext context)
      throws IOException {
    var socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }
}
