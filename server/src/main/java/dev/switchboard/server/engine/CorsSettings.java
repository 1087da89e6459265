package dev.switchboard.server.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may use the server, with the options and defaults of the {@code
 * cors} package of npm, which the reference uses. Beyond the reference, the origins also gate
 * WebSocket handshakes, which browsers do not hold to CORS.
 *
 * @param origins whose requests are answered with CORS headers. Default none: CORS is off, and only
 *     pages of the same origin, and clients that are no browsers, can connect
 * @param methods allowed in a preflight. Default GET, HEAD, PUT, PATCH, POST, DELETE
 * @param allowedHeaders allowed in a preflight. Default empty: those that the preflight asks for
 * @param exposedHeaders that a page may read. Default empty
 * @param credentials whether a page may send cookies. Default false
 * @param maxAge how long a browser may keep a preflight's answer. Default null: not said
 * @param preflightContinue whether a preflight goes on to the engine instead of being answered.
 *     Default false
 * @param optionsSuccessStatus the status of a preflight's answer. Default 204
 */
public record CorsSettings(
    Origins origins,
    List<String> methods,
    List<String> allowedHeaders,
    List<String> exposedHeaders,
    boolean credentials,
    @Nullable Duration maxAge,
    boolean preflightContinue,
    int optionsSuccessStatus) {

  /** A set of origins. */
  public sealed interface Origins {
    /** No origin: CORS is off. */
    record None() implements Origins {}

    /** Any origin, said as {@code *}. */
    record Any() implements Origins {}

    /** Any origin, said by repeating it; with {@code credentials}, this trusts every page. */
    record Reflected() implements Origins {}

    /** One origin, said whoever asks. */
    record One(String origin) implements Origins {
      public One {
        checkOrigin(origin);
      }
    }

    /**
     * Those that equal a name, match a name with a wildcard ({@code https://*.example.com}), match
     * a pattern somewhere (as JavaScript's {@code test}: anchor it), or satisfy the predicate.
     */
    record Listed(List<String> names, List<Pattern> patterns, @Nullable Predicate<String> predicate)
        implements Origins {
      public Listed {
        names = List.copyOf(names);
        patterns = List.copyOf(patterns);
        names.forEach(CorsSettings::checkOrigin);
      }
    }
  }

  public CorsSettings {
    Objects.requireNonNull(origins, "origins");
    methods = List.copyOf(methods);
    allowedHeaders = List.copyOf(allowedHeaders);
    exposedHeaders = List.copyOf(exposedHeaders);
    methods.forEach(method -> checkToken("method", method));
    allowedHeaders.forEach(header -> checkToken("allowed header", header));
    exposedHeaders.forEach(header -> checkToken("exposed header", header));
    if (maxAge != null && maxAge.isNegative()) {
      throw new IllegalArgumentException("maxAge must not be negative, but is " + maxAge);
    }
    if (optionsSuccessStatus < 200 || optionsSuccessStatus > 299) {
      throw new IllegalArgumentException(
          "optionsSuccessStatus must be 200 to 299, not " + optionsSuccessStatus);
    }
    if (credentials && origins instanceof Origins.Any) {
      throw new IllegalArgumentException(
          "credentials need the origins that may send them: browsers refuse \"*\" with credentials;"
              + " name the origins, or use reflectOrigin() to trust them all");
    }
  }

  /** No CORS: the default. */
  public static CorsSettings off() {
    return new Builder().build();
  }

  /** The defaults, changed. */
  public static CorsSettings of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  private static void checkOrigin(String origin) {
    if (origin.equals("null")) {
      return;
    }
    int authority = origin.indexOf("://");
    if (authority <= 0 || authority + 3 == origin.length()) {
      throw new IllegalArgumentException(
          "The origin \"" + origin + "\" must be scheme://host or scheme://host:port");
    }
    for (int i = authority + 3; i < origin.length(); i++) {
      char c = origin.charAt(i);
      if (c == '/' || c == '?' || c == '#' || c == '@' || c <= ' ') {
        throw new IllegalArgumentException(
            "The origin \""
                + origin
                + "\" must end after the host or port: browsers send no path, slash or user");
      }
    }
  }

  private static void checkToken(String what, String value) {
    if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 127 && c != ',')) {
      throw new IllegalArgumentException(
          "The " + what + " \"" + value + "\" must be one HTTP name");
    }
  }

  /** Builds {@link CorsSettings}. Origins add up; those of the last kind of "any" win over all. */
  public static final class Builder {
    private final List<String> names = new ArrayList<>();
    private final List<Pattern> patterns = new ArrayList<>();
    private @Nullable Predicate<String> predicate;
    private @Nullable Origins everyOrigin;
    private List<String> methods = List.of("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE");
    private List<String> allowedHeaders = List.of();
    private List<String> exposedHeaders = List.of();
    private boolean credentials;
    private @Nullable Duration maxAge;
    private boolean preflightContinue;
    private int optionsSuccessStatus = 204;

    /** A builder with CORS off. */
    public Builder() {}

    /**
     * Allows origins, each as the browser sends it ({@code https://app.example}, {@code
     * http://localhost:3000}), or with a wildcard for subdomains ({@code https://*.app.example}),
     * or {@code *} for any.
     */
    public Builder origin(String... origins) {
      for (String origin : origins) {
        if (origin.equals("*")) {
          everyOrigin = new Origins.Any();
        } else {
          checkOrigin(origin);
          names.add(origin);
        }
      }
      return this;
    }

    /** Allows origins in which the pattern is found; anchor it with {@code ^} and {@code $}. */
    public Builder originMatching(Pattern pattern) {
      patterns.add(Objects.requireNonNull(pattern, "pattern"));
      return this;
    }

    /** Allows origins for which the predicate is true. It is called on event loops: no waiting. */
    public Builder originIf(Predicate<String> predicate) {
      Predicate<String> before = this.predicate;
      this.predicate = before == null ? predicate : before.or(predicate);
      return this;
    }

    /** Allows any origin, without credentials. */
    public Builder anyOrigin() {
      everyOrigin = new Origins.Any();
      return this;
    }

    /** Allows any origin by repeating it, with credentials too: trusts every page. */
    public Builder reflectOrigin() {
      everyOrigin = new Origins.Reflected();
      return this;
    }

    /** See {@link CorsSettings#methods}. */
    public Builder methods(String... methods) {
      this.methods = List.of(methods);
      return this;
    }

    /** See {@link CorsSettings#allowedHeaders}. */
    public Builder allowedHeaders(String... allowedHeaders) {
      this.allowedHeaders = List.of(allowedHeaders);
      return this;
    }

    /** See {@link CorsSettings#exposedHeaders}. */
    public Builder exposedHeaders(String... exposedHeaders) {
      this.exposedHeaders = List.of(exposedHeaders);
      return this;
    }

    /** See {@link CorsSettings#credentials}. */
    public Builder credentials(boolean credentials) {
      this.credentials = credentials;
      return this;
    }

    /** See {@link CorsSettings#maxAge}. */
    public Builder maxAge(Duration maxAge) {
      this.maxAge = maxAge;
      return this;
    }

    /** See {@link CorsSettings#preflightContinue}. */
    public Builder preflightContinue(boolean preflightContinue) {
      this.preflightContinue = preflightContinue;
      return this;
    }

    /** See {@link CorsSettings#optionsSuccessStatus}. */
    public Builder optionsSuccessStatus(int optionsSuccessStatus) {
      this.optionsSuccessStatus = optionsSuccessStatus;
      return this;
    }

    private Origins origins() {
      if (everyOrigin != null) {
        return everyOrigin;
      }
      boolean namesOnly = patterns.isEmpty() && predicate == null;
      if (namesOnly && names.isEmpty()) {
        return new Origins.None();
      }
      if (namesOnly && names.size() == 1 && !names.get(0).contains("*")) {
        return new Origins.One(names.get(0));
      }
      return new Origins.Listed(names, patterns, predicate);
    }

    /**
     * Builds the settings.
     *
     * @throws IllegalArgumentException if the settings contradict each other; the message says what
     *     to change
     */
    public CorsSettings build() {
      return new CorsSettings(
          origins(),
          methods,
          allowedHeaders,
          exposedHeaders,
          credentials,
          maxAge,
          preflightContinue,
          optionsSuccessStatus);
    }
  }
}
