package dev.switchboard.server.netty;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/** The TLS of a server: makes each connection's handler. Any thread. */
final class Tls {
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private final TlsSettings settings;
  private volatile SslContext context;

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException if they are not valid
   */
  Tls(TlsSettings settings) {
    this.settings = settings;
    this.context = read(settings);
  }

  /** Reads the files anew for the connections to come; if they are not valid, all stays. */
  void reload() {
    context = read(settings);
  }

  /** Puts a connection's handler into its pipeline. */
  void secure(Channel channel) {
    SslHandler handler = new SslHandler(new OneHandshakeEngine(context.newEngine(channel.alloc())));
    handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
    channel.pipeline().addLast(handler);
  }

  private static SslContext read(TlsSettings settings) {
    try {
      SslContextBuilder builder =
          builder(settings.key())
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .ciphers(CIPHERS);
      if (settings.clientAuthorities().isPresent()) {
        builder.trustManager(settings.clientAuthorities().get().toFile());
        builder.clientAuth(
            switch (settings.clientCertificates()) {
              case NONE -> ClientAuth.NONE;
              case OPTIONAL -> ClientAuth.OPTIONAL;
              case REQUIRED -> ClientAuth.REQUIRE;
            });
      }
      return builder.build();
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "TLS cannot be set up with " + settings.key() + ": " + e.getMessage(), e);
    }
  }

  private static SslContextBuilder builder(TlsSettings.Key key)
      throws GeneralSecurityException, IOException {
    if (key instanceof TlsSettings.Pem pem) {
      return SslContextBuilder.forServer(pem.certificates().toFile(), pem.privateKey().toFile());
    }
    TlsSettings.Pkcs12 pkcs12 = (TlsSettings.Pkcs12) key;
    KeyStore store = KeyStore.getInstance("PKCS12");
    char[] password = pkcs12.password().toCharArray();
    try (InputStream in = Files.newInputStream(pkcs12.store())) {
      store.load(in, password);
    }
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    return SslContextBuilder.forServer(keys);
  }
}
