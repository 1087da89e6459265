package dev.switchboard.server.netty;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * TLS for a server's connections: versions 1.2 and 1.3, with forward-secret, authenticated ciphers
 * only. The files are read when the server is built, and again by {@link NettyServer#reloadTls}.
 *
 * @param key the server's key and certificates
 * @param clientAuthorities PEM file with the authorities whose client certificates are accepted;
 *     default none
 * @param clientCertificates whether clients must show one; default {@link ClientCertificates#NONE}
 * @param handshakeTimeout after which a handshake that is not complete is closed; default 10
 *     seconds
 */
public record TlsSettings(
    Key key,
    Optional<Path> clientAuthorities,
    ClientCertificates clientCertificates,
    Duration handshakeTimeout) {

  /** The server's private key and its certificates. */
  public sealed interface Key {}

  /**
   * Two PEM files.
   *
   * @param certificates the server's certificate, and after it those of the authorities between it
   *     and the root
   * @param privateKey PKCS #8 ({@code BEGIN PRIVATE KEY})
   */
  public record Pem(Path certificates, Path privateKey) implements Key {}

  /**
   * A PKCS #12 file with one key.
   *
   * @param password of the store and of the key
   */
  public record Pkcs12(Path store, String password) implements Key {
    /** Without the password. */
    @Override
    public String toString() {
      return "Pkcs12[store=" + store + ']';
    }
  }

  /** Whether clients show a certificate. */
  public enum ClientCertificates {
    NONE,
    OPTIONAL,
    REQUIRED
  }

  public TlsSettings {
    Objects.requireNonNull(key, "key");
    if (clientCertificates != ClientCertificates.NONE && clientAuthorities.isEmpty()) {
      throw new IllegalArgumentException(
          "client certificates need clientAuthorities, the file to check them by");
    }
    if (handshakeTimeout.isNegative() || handshakeTimeout.isZero()) {
      throw new IllegalArgumentException(
          "handshakeTimeout must be longer than zero, not " + handshakeTimeout);
    }
  }

  /** TLS with PEM files; see {@link Pem}. */
  public static TlsSettings pem(Path certificates, Path privateKey) {
    return of(new Pem(certificates, privateKey));
  }

  /** TLS with a PKCS #12 file; see {@link Pkcs12}. */
  public static TlsSettings pkcs12(Path store, String password) {
    return of(new Pkcs12(store, password));
  }

  private static TlsSettings of(Key key) {
    return new TlsSettings(key, Optional.empty(), ClientCertificates.NONE, Duration.ofSeconds(10));
  }

  /** The same, with client certificates that are checked by the authorities in a PEM file. */
  public TlsSettings withClientCertificates(ClientCertificates wanted, Path authorities) {
    return new TlsSettings(key, Optional.of(authorities), wanted, handshakeTimeout);
  }

  /** The same, with another timeout. */
  public TlsSettings withHandshakeTimeout(Duration timeout) {
    return new TlsSettings(key, clientAuthorities, clientCertificates, timeout);
  }
}
