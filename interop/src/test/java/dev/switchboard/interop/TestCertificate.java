package dev.switchboard.interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A key and a self-signed certificate, as PEM files. */
record TestCertificate(Path key, Path certificate) {
  private static final String PASSWORD = "changeit";

  /** For 127.0.0.1. */
  static TestCertificate create(Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    return create(folder, "IP:127.0.0.1");
  }

  /** For these alternative names, as keytool writes them. */
  static TestCertificate create(Path folder, String names)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve("store.p12");
    runKeytool(store, names);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("certificate.pem");
    writePem(key, "PRIVATE KEY", keys.getKey("server", PASSWORD.toCharArray()).getEncoded());
    writePem(certificate, "CERTIFICATE", keys.getCertificate("server").getEncoded());
    return new TestCertificate(key, certificate);
  }

  private static void runKeytool(Path store, String names) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", "server", "-validity", "2"));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-dname", "CN=localhost", "-ext", "SAN=" + names));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", store.toString()));
    try (ChildProcess keytool = ChildProcess.start(command, Map.of(), line -> {})) {
      int exitCode = keytool.awaitEnd(Duration.ofSeconds(30));
      if (exitCode != 0) {
        throw new IllegalStateException("keytool: " + exitCode + "\n" + keytool.output());
      }
    }
  }

  private static void writePem(Path file, String kind, byte[] content) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }
}
