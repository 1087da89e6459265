package dev.switchboard.server.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link EngineServer} behaves. Defaults are the reference's unless said otherwise.
 *
 * @param path where it is served. Default {@code /engine.io}
 * @param addTrailingSlash whether the path ends with a slash. Default true
 * @param transports which transports are offered: {@code polling}, {@code websocket}. Default both
 * @param allowUpgrades whether a polling session may move to WebSocket. Default true
 * @param pingInterval time from a pong to the next ping. Default 25 s
 * @param pingTimeout time from a ping until a session without its pong is closed. Default 20 s
 * @param upgradeTimeout how long an upgrade may take. Default 10 s
 * @param maxHttpBufferSize bytes of the largest message, and of the largest POST. Default 1,000,000
 * @param allowEio3 whether clients of revision 3 (Socket.IO 2) are let in. Default false
 * @param jsonp whether polling by script tags is allowed. Default false; the reference allows it
 * @param bindToAddress whether a session's id is only good from the address that opened it. Default
 *     false: mobile clients change theirs
 * @param initialPacket a message sent right after a session opens. Default none
 * @param destroyUpgrade whether WebSocket handshakes for paths that nobody serves are closed.
 *     Default true
 * @param destroyUpgradeTimeout after how long they are. Default 1 s
 * @param cookie a cookie for sticky sessions. Default none
 * @param cors which pages of other origins may connect. Default none
 * @param compression what is compressed. Default HTTP only
 * @param limits what one peer may cost
 * @param hooks the application's say in requests
 * @param cluster the other nodes that requests may reach, instead of sticky sessions. Default none
 */
public record EngineSettings(
    String path,
    boolean addTrailingSlash,
    Set<String> transports,
    boolean allowUpgrades,
    Duration pingInterval,
    Duration pingTimeout,
    Duration upgradeTimeout,
    int maxHttpBufferSize,
    boolean allowEio3,
    boolean jsonp,
    boolean bindToAddress,
    @Nullable OutboundMessage initialPacket,
    boolean destroyUpgrade,
    Duration destroyUpgradeTimeout,
    @Nullable CookieSettings cookie,
    CorsSettings cors,
    CompressionSettings compression,
    LimitSettings limits,
    HookSettings hooks,
    @Nullable ClusterSettings cluster) {
  private static final Set<String> TRANSPORTS = Set.of("polling", "websocket");

  public EngineSettings {
    Objects.requireNonNull(path, "path");
    if (!path.startsWith("/") || path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
      throw new IllegalArgumentException(
          "The path must start with / and have no query, not \"" + path + '"');
    }
    path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    transports = Set.copyOf(transports);
    if (transports.isEmpty()) {
      throw new IllegalArgumentException("At least one transport is needed: " + TRANSPORTS);
    }
    for (String transport : transports) {
      if (!TRANSPORTS.contains(transport)) {
        throw new IllegalArgumentException(
            "The transport \"" + transport + "\" is unknown; there are " + TRANSPORTS);
      }
    }
    Checks.positive("pingInterval", pingInterval);
    Checks.positive("pingTimeout", pingTimeout);
    Checks.positive("upgradeTimeout", upgradeTimeout);
    Checks.positive("maxHttpBufferSize", maxHttpBufferSize);
    Checks.positive("destroyUpgradeTimeout", destroyUpgradeTimeout);
    Objects.requireNonNull(cors, "cors");
    Objects.requireNonNull(compression, "compression");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(hooks, "hooks");
    if (jsonp && !transports.contains("polling")) {
      throw new IllegalArgumentException("jsonp needs the transport \"polling\": add it");
    }
    if (bindToAddress && cluster != null) {
      throw new IllegalArgumentException(
          "bindToAddress needs sticky sessions, since nodes do not tell each other addresses: turn"
              + " it off, or the engine bus");
    }
  }

  /** The path of requests for the engine: compare it with the whole path, without the query. */
  public String requestPath() {
    return addTrailingSlash ? path + "/" : path.isEmpty() ? "/" : path;
  }

  /** The defaults. */
  public static EngineSettings defaults() {
    return new Builder().build();
  }

  /** The defaults, changed. */
  public static EngineSettings of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** Builds {@link EngineSettings}. */
  public static final class Builder {
    private String path = "/engine.io";
    private boolean addTrailingSlash = true;
    private Set<String> transports = TRANSPORTS;
    private boolean allowUpgrades = true;
    private Duration pingInterval = Duration.ofSeconds(25);
    private Duration pingTimeout = Duration.ofSeconds(20);
    private Duration upgradeTimeout = Duration.ofSeconds(10);
    private int maxHttpBufferSize = 1_000_000;
    private boolean allowEio3;
    private boolean jsonp;
    private boolean bindToAddress;
    private @Nullable OutboundMessage initialPacket;
    private boolean destroyUpgrade = true;
    private Duration destroyUpgradeTimeout = Duration.ofSeconds(1);
    private @Nullable CookieSettings cookie;
    private CorsSettings cors = CorsSettings.off();
    private CompressionSettings compression = CompressionSettings.defaults();
    private LimitSettings limits = LimitSettings.defaults();
    private HookSettings hooks = HookSettings.none();
    private @Nullable ClusterSettings cluster;

    /** A builder with the defaults. */
    public Builder() {}

    /** See {@link EngineSettings#path}. */
    public Builder path(String path) {
      this.path = path;
      return this;
    }

    /** See {@link EngineSettings#addTrailingSlash}. */
    public Builder addTrailingSlash(boolean addTrailingSlash) {
      this.addTrailingSlash = addTrailingSlash;
      return this;
    }

    /** See {@link EngineSettings#transports}. */
    public Builder transports(String... transports) {
      this.transports = Set.copyOf(List.of(transports));
      return this;
    }

    /** See {@link EngineSettings#allowUpgrades}. */
    public Builder allowUpgrades(boolean allowUpgrades) {
      this.allowUpgrades = allowUpgrades;
      return this;
    }

    /** See {@link EngineSettings#pingInterval}. */
    public Builder pingInterval(Duration pingInterval) {
      this.pingInterval = pingInterval;
      return this;
    }

    /** See {@link EngineSettings#pingTimeout}. */
    public Builder pingTimeout(Duration pingTimeout) {
      this.pingTimeout = pingTimeout;
      return this;
    }

    /** See {@link EngineSettings#upgradeTimeout}. */
    public Builder upgradeTimeout(Duration upgradeTimeout) {
      this.upgradeTimeout = upgradeTimeout;
      return this;
    }

    /** See {@link EngineSettings#maxHttpBufferSize}. */
    public Builder maxHttpBufferSize(int maxHttpBufferSize) {
      this.maxHttpBufferSize = maxHttpBufferSize;
      return this;
    }

    /** See {@link EngineSettings#allowEio3}. */
    public Builder allowEio3(boolean allowEio3) {
      this.allowEio3 = allowEio3;
      return this;
    }

    /** See {@link EngineSettings#jsonp}. */
    public Builder jsonp(boolean jsonp) {
      this.jsonp = jsonp;
      return this;
    }

    /** See {@link EngineSettings#bindToAddress}. */
    public Builder bindToAddress(boolean bindToAddress) {
      this.bindToAddress = bindToAddress;
      return this;
    }

    /** See {@link EngineSettings#initialPacket}. */
    public Builder initialPacket(OutboundMessage initialPacket) {
      this.initialPacket = initialPacket;
      return this;
    }

    /** See {@link EngineSettings#destroyUpgrade}. */
    public Builder destroyUpgrade(boolean destroyUpgrade) {
      this.destroyUpgrade = destroyUpgrade;
      return this;
    }

    /** See {@link EngineSettings#destroyUpgradeTimeout}. */
    public Builder destroyUpgradeTimeout(Duration destroyUpgradeTimeout) {
      this.destroyUpgradeTimeout = destroyUpgradeTimeout;
      return this;
    }

    /** See {@link EngineSettings#cookie}. */
    public Builder cookie(CookieSettings cookie) {
      this.cookie = cookie;
      return this;
    }

    /** See {@link EngineSettings#cookie}. */
    public Builder cookie(Consumer<CookieSettings.Builder> changes) {
      this.cookie = CookieSettings.of(changes);
      return this;
    }

    /** See {@link EngineSettings#cors}. */
    public Builder cors(CorsSettings cors) {
      this.cors = cors;
      return this;
    }

    /** See {@link EngineSettings#cors}. */
    public Builder cors(Consumer<CorsSettings.Builder> changes) {
      this.cors = CorsSettings.of(changes);
      return this;
    }

    /** See {@link EngineSettings#compression}. */
    public Builder compression(CompressionSettings compression) {
      this.compression = compression;
      return this;
    }

    /** See {@link EngineSettings#compression}. */
    public Builder compression(Consumer<CompressionSettings.Builder> changes) {
      this.compression = CompressionSettings.of(changes);
      return this;
    }

    /** See {@link EngineSettings#limits}. */
    public Builder limits(LimitSettings limits) {
      this.limits = limits;
      return this;
    }

    /** See {@link EngineSettings#limits}. */
    public Builder limits(Consumer<LimitSettings.Builder> changes) {
      this.limits = LimitSettings.of(changes);
      return this;
    }

    /** See {@link EngineSettings#hooks}. */
    public Builder hooks(HookSettings hooks) {
      this.hooks = hooks;
      return this;
    }

    /** See {@link EngineSettings#hooks}. */
    public Builder hooks(Consumer<HookSettings.Builder> changes) {
      this.hooks = HookSettings.of(changes);
      return this;
    }

    /** See {@link EngineSettings#cluster}. */
    public Builder cluster(ClusterSettings cluster) {
      this.cluster = cluster;
      return this;
    }

    /**
     * Builds the settings.
     *
     * @throws IllegalArgumentException if a setting is wrong; the message says what to change
     */
    public EngineSettings build() {
      return new EngineSettings(
          path,
          addTrailingSlash,
          transports,
          allowUpgrades,
          pingInterval,
          pingTimeout,
          upgradeTimeout,
          maxHttpBufferSize,
          allowEio3,
          jsonp,
          bindToAddress,
          initialPacket,
          destroyUpgrade,
          destroyUpgradeTimeout,
          cookie,
          cors,
          compression,
          limits,
          hooks,
          cluster);
    }
  }
}
