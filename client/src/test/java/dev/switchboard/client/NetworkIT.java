package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.netty.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, whom it trusts, and proxies. */
@Timeout(60)
class NetworkIT {
  private static final String PASSWORD = "changeit";

  private static Path key(Path folder, String names) throws IOException, InterruptedException {
    Path store = folder.resolve("key.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                "key",
                "-dname",
                "CN=test",
                "-ext",
                "san=" + names,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return store;
  }

  private static SSLContext trusting(Path store) throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("key"));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static TestServer secure(Path store) {
    return TestServer.start(
        config -> config.tls(TlsSettings.pkcs12(store, PASSWORD)),
        io -> io.onConnection(s -> s.on("ask", (args, ack) -> ack.send(s.transport()))));
  }

  @Test
  void connectsToWhomItTrustsUnderTheirName(@TempDir Path folder) throws Exception {
    Path store = key(folder, "ip:127.0.0.1");
    SSLContext trust = trusting(store);
    try (TestServer server = secure(store)) {
      for (String transport : List.of("polling", "websocket")) {
        try (ClientSocket socket =
            SocketIoClient.connect(
                "https://127.0.0.1:" + server.port(),
                config -> config.transports(transport).network(net -> net.tls(trust)))) {
          assertThat(socket.call("ask").orTimeout(20, TimeUnit.SECONDS).join().get(0))
              .isEqualTo(transport);
        }
      }
    }
  }

  @Test
  void refusesStrangersAndOtherNames(@TempDir Path folder) throws Exception {
    Path store = key(folder, "dns:elsewhere.example");
    SSLContext trust = trusting(store);
    try (TestServer server = secure(store)) {
      for (String transport : List.of("polling", "websocket")) {
        refuses("wss://127.0.0.1:" + server.port(), transport, trust);
      }
    }
  }

  private static void refuses(String url, String transport, SSLContext trust)
      throws InterruptedException {
    try (ClientSocket stranger =
        SocketIoClient.create(url, config -> config.transports(transport))) {
      Events events = Events.of(stranger);
      stranger.connect();
      assertThat(events.next()).startsWith("connect_error ").contains("certificat");
    }
    try (ClientSocket misnamed =
        SocketIoClient.create(
            url, config -> config.transports(transport).network(net -> net.tls(trust)))) {
      Events events = Events.of(misnamed);
      misnamed.connect();
      assertThat(events.next())
          .startsWith("connect_error ")
          .contains("No subject alternative names");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"polling", "websocket"})
  void goesThroughAProxy(String transport) throws Exception {
    try (TestServer server =
            TestServer.start(
                io -> io.onConnection(s -> s.on("ask", (args, ack) -> ack.send("yes"))));
        Proxy proxy = new Proxy();
        ClientSocket socket =
            SocketIoClient.connect(
                "http://127.0.0.1:" + server.port(),
                config ->
                    config
                        .transports(transport)
                        .network(net -> net.proxy("127.0.0.1", proxy.port())))) {
      assertThat(socket.call("ask").orTimeout(20, TimeUnit.SECONDS).join().get(0)).isEqualTo("yes");
      assertThat(proxy.requests).isNotEmpty();
    }
  }

  @Test
  void aProxyThatIsNotThereIsAConnectError() throws InterruptedException {
    try (ClientSocket socket =
        SocketIoClient.create(
            "http://127.0.0.1:10", config -> config.network(net -> net.proxy("127.0.0.1", 9)))) {
      Events events = Events.of(socket);
      socket.connect();
      assertThat(events.next()).startsWith("connect_error xhr poll error: ");
    }
  }

  /** A proxy for one server of this machine: it connects, or sends requests on as they are. */
  private static final class Proxy implements AutoCloseable {
    private final ServerSocket listening =
        new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final List<String> requests = new CopyOnWriteArrayList<>();

    Proxy() throws IOException {
      start(
          () -> {
            while (true) {
              Socket client = listening.accept();
              start(() -> serve(client));
            }
          });
    }

    int port() {
      return listening.getLocalPort();
    }

    private interface Work {
      void run() throws IOException;
    }

    private static void start(Work work) {
      var thread =
          new Thread(
              () -> {
                try {
                  work.run();
                } catch (IOException e) {
                  // one end went
                }
              },
              "proxy");
      thread.setDaemon(true);
      thread.start();
    }

    private void serve(Socket client) throws IOException {
      InputStream in = client.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int read = in.read();
        if (read < 0) {
          return;
        }
        head.append((char) read);
      }
      String[] words = head.toString().split("[ \r]", 3);
      requests.add(words[0] + " " + words[1]);
      boolean tunnel = words[0].equals("CONNECT");
      int port =
          Integer.parseInt(
              words[1]
                  .replaceFirst("^http://", "")
                  .replaceFirst("/.*", "")
                  .replaceFirst(".*:", ""));
      Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
      if (tunnel) {
        client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      } else {
        String relative = head.toString().replaceFirst("http://[^/]*", "");
        server.getOutputStream().write(relative.getBytes(StandardCharsets.ISO_8859_1));
      }
      OutputStream toServer = server.getOutputStream();
      if (tunnel) {
        start(() -> in.transferTo(toServer));
      } else {
        start(() -> copyRequests(in, toServer));
      }
      server.getInputStream().transferTo(client.getOutputStream());
    }

    /** Further requests of the same connection: their first lines made relative. */
    private static void copyRequests(InputStream in, OutputStream out) throws IOException {
      byte[] buffer = new byte[65_536];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        String part = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
        out.write(
            part.replaceFirst("^(GET|POST) http://[^/]*", "$1 ")
                .getBytes(StandardCharsets.ISO_8859_1));
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }
}
