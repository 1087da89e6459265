package dev.switchboard.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The apps that the official clients' own test suites want, event by event. */
class ProfilesIT {
  @TestFactory
  Stream<DynamicContainer> engineClient() throws InterruptedException {
    return Scenario.of("profile-eio-client.mjs", Map.of("PROFILE", "eio-client")).onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> socketClient() throws InterruptedException {
    return Scenario.of("profile-sio-client.mjs", Map.of("PROFILE", "sio-client", "EIO3", "1"))
        .control("modes=websocket")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> javaClient() throws InterruptedException {
    return Scenario.of("profile-java-client.mjs", Map.of("PROFILE", "java-client", "EIO3", "1"))
        .control("modes=websocket")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> javaClientInAnotherNamespace() throws InterruptedException {
    Map<String, String> environment = Map.of("PROFILE", "java-client", "NSP", "/foo");
    return Scenario.of("profile-java-client.mjs", environment, "nsp=/foo", "versions=4.8")
        .control("modes=websocket")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> javaClientOverTls(@TempDir Path folder)
      throws InterruptedException, IOException, GeneralSecurityException {
    TestCertificate certificate = TestCertificate.create(folder);
    Map<String, String> environment =
        Map.of(
            "PROFILE",
            "java-client",
            "EIO3",
            "1",
            "SSL_KEY",
            certificate.key().toString(),
            "SSL_CERT",
            certificate.certificate().toString());
    return Scenario.of("profile-java-client.mjs", environment, "versions=4.8,2")
        .control("modes=websocket")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> badInput() throws InterruptedException {
    return badInput("");
  }

  @TestFactory
  Stream<DynamicContainer> badInputWithRevision3() throws InterruptedException {
    return badInput("eio3");
  }

  @TestFactory
  Stream<DynamicContainer> badInputOverPollingOnly() throws InterruptedException {
    return badInput("polling");
  }

  @TestFactory
  Stream<DynamicContainer> badInputOverWebSocketOnly() throws InterruptedException {
    return badInput("websocket");
  }

  @TestFactory
  Stream<DynamicContainer> badInputWithoutUpgrades() throws InterruptedException {
    return badInput("noupgrade");
  }

  private static Stream<DynamicContainer> badInput(String variant) throws InterruptedException {
    String profile = variant.isEmpty() ? "badinput" : "badinput-" + variant;
    return Scenario.of("profile-badinput.mjs", Map.of("PROFILE", profile), "variant=" + variant)
        .onEveryServer();
  }
}
