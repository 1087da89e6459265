package dev.switchboard.server.netty;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Keys and certificates for tests, made by the JDK's keytool. */
final class Keys {
  static final String PASSWORD = "changeit";

  final Path store;

  private Keys(Path store) {
    this.store = store;
  }

  /** An authority, or a server that vouches for itself. */
  static Keys selfSigned(Path folder, String name) throws IOException, InterruptedException {
    Keys keys = new Keys(folder.resolve(name + ".p12"));
    keys.keytool(
        "-genkeypair -keyalg EC -groupname secp256r1 -ext bc:c"
            + " -ext san=dns:localhost,ip:127.0.0.1 -validity 1 -startdate -1H -dname CN="
            + name);
    return keys;
  }

  /**
   * A certificate that this authority signed.
   *
   * @param start of its one day's validity, such as {@code -9d}
   */
  Keys sign(String name, String start)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path folder = store.getParent();
    Keys keys = selfSigned(folder, name);
    Path request = folder.resolve(name + ".csr");
    Path signed = folder.resolve(name + ".signed");
    keys.keytool("-certreq -file " + request);
    keytool(
        "-gencert -validity 1 -startdate " + start + " -infile " + request + " -outfile " + signed);
    keys.keytool("-importcert -noprompt -trustcacerts -file " + certificate(), "ca");
    keys.keytool("-importcert -noprompt -file " + signed);
    return keys;
  }

  /** The certificate in PEM. */
  Path certificate() throws IOException, GeneralSecurityException {
    return pem("CERTIFICATE", keyStore().getCertificate("key").getEncoded(), ".crt");
  }

  /** The private key in PEM. */
  Path privateKey() throws IOException, GeneralSecurityException {
    byte[] key = keyStore().getKey("key", PASSWORD.toCharArray()).getEncoded();
    return pem("PRIVATE KEY", key, ".key");
  }

  /** A client that trusts the server, and shows {@code client}'s certificate, if any. */
  static SSLContext client(Keys server, Keys client) throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    Certificate certificate = server.keyStore().getCertificate("key");
    trusted.setCertificateEntry("server", certificate);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    if (client != null) {
      keys.init(client.keyStore(), PASSWORD.toCharArray());
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(client == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private KeyStore keyStore() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private Path pem(String kind, byte[] encoded, String end) throws IOException {
    String text =
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
            + "\n-----END "
            + kind
            + "-----\n";
    return Files.writeString(Path.of(store.toString().replace(".p12", end)), text);
  }

  private void keytool(String arguments) throws IOException, InterruptedException {
    keytool(arguments, "key");
  }

  private void keytool(String arguments, String alias) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ", -1)));
    command.addAll(List.of("-alias", alias, "-storepass", PASSWORD));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("keytool failed: " + said);
    }
  }
}
