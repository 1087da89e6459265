package dev.switchboard.server.engine;

import java.util.function.Consumer;

/**
 * What is compressed.
 *
 * @param http whether polling responses are, with gzip or deflate, if the client accepts that.
 *     Default true, as the reference
 * @param httpThreshold bytes from which a polling response is. Default 1,024, as the reference
 * @param webSocket whether permessage-deflate is offered. Default false, as the reference: it costs
 *     much memory per connection
 * @param webSocketThreshold bytes from which a message is compressed. Default 1,024, as the
 *     reference
 */
public record CompressionSettings(
    boolean http, int httpThreshold, boolean webSocket, int webSocketThreshold) {
  public CompressionSettings {
    Checks.notNegative("httpThreshold", httpThreshold);
    Checks.notNegative("webSocketThreshold", webSocketThreshold);
  }

  /** The defaults. */
  public static CompressionSettings defaults() {
    return new Builder().build();
  }

  /** The defaults, changed. */
  public static CompressionSettings of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** Builds {@link CompressionSettings}. */
  public static final class Builder {
    private boolean http = true;
    private int httpThreshold = 1_024;
    private boolean webSocket;
    private int webSocketThreshold = 1_024;

    /** A builder with the defaults. */
    public Builder() {}

    /** See {@link CompressionSettings#http}. */
    public Builder http(boolean http) {
      this.http = http;
      return this;
    }

    /** See {@link CompressionSettings#httpThreshold}. */
    public Builder httpThreshold(int httpThreshold) {
      this.httpThreshold = httpThreshold;
      return this;
    }

    /** See {@link CompressionSettings#webSocket}. */
    public Builder webSocket(boolean webSocket) {
      this.webSocket = webSocket;
      return this;
    }

    /** See {@link CompressionSettings#webSocketThreshold}. */
    public Builder webSocketThreshold(int webSocketThreshold) {
      this.webSocketThreshold = webSocketThreshold;
      return this;
    }

    /**
     * Builds the settings.
     *
     * @throws IllegalArgumentException if a threshold is negative
     */
    public CompressionSettings build() {
      return new CompressionSettings(http, httpThreshold, webSocket, webSocketThreshold);
    }
  }
}
