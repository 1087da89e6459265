package dev.switchboard.server.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cookie with the session's id, by which a load balancer can keep a polling client at its node.
 * Sent with the answer to a polling handshake only, as the reference does.
 *
 * @param name default {@code io}
 * @param path default {@code /}; empty for none
 * @param domain default none
 * @param maxAge default none: until the browser closes
 * @param httpOnly whether scripts cannot read it. Default true
 * @param secure whether it is only sent over TLS. Default false; over TLS it is secure in any case
 * @param sameSite default Lax
 */
public record CookieSettings(
    String name,
    String path,
    @Nullable String domain,
    @Nullable Duration maxAge,
    boolean httpOnly,
    boolean secure,
    SameSite sameSite) {
  /** When browsers send a cookie along with requests that other sites cause. */
  public enum SameSite {
    STRICT,
    LAX,
    NONE
  }

  public CookieSettings {
    checkValue("name", name);
    checkValue("path", path);
    if (name.isEmpty() || name.contains("=")) {
      throw new IllegalArgumentException("The cookie needs a name without =, not \"" + name + '"');
    }
    if (domain != null) {
      checkValue("domain", domain);
    }
    if (maxAge != null && maxAge.isNegative()) {
      throw new IllegalArgumentException("The cookie's maxAge must not be negative: " + maxAge);
    }
    Objects.requireNonNull(sameSite, "sameSite");
  }

  private static void checkValue(String what, String value) {
    if (!value.chars().allMatch(c -> c > ' ' && c < 127 && c != ';' && c != ',')) {
      throw new IllegalArgumentException(
          "The cookie's "
              + what
              + " \""
              + value
              + "\" must be printable ASCII without ; , or space");
    }
  }

  /** The value of a Set-Cookie header. */
  String header(String value, boolean overTls) {
    StringBuilder header = new StringBuilder(name).append('=').append(value);
    if (maxAge != null) {
      header.append("; Max-Age=").append(maxAge.toSeconds());
    }
    if (domain != null) {
      header.append("; Domain=").append(domain);
    }
    if (!path.isEmpty()) {
      header.append("; Path=").append(path);
    }
    if (httpOnly) {
      header.append("; HttpOnly");
    }
    if (secure || overTls) {
      header.append("; Secure");
    }
    String site = sameSite.name();
    header.append("; SameSite=").append(site.charAt(0));
    return header.append(site.substring(1).toLowerCase(Locale.ROOT)).toString();
  }

  /** The defaults. */
  public static CookieSettings defaults() {
    return new Builder().build();
  }

  /** The defaults, changed. */
  public static CookieSettings of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** Builds {@link CookieSettings}. */
  public static final class Builder {
    private String name = "io";
    private String path = "/";
    private @Nullable String domain;
    private @Nullable Duration maxAge;
    private boolean httpOnly = true;
    private boolean secure;
    private SameSite sameSite = SameSite.LAX;

    /** A builder with the defaults. */
    public Builder() {}

    /** See {@link CookieSettings#name}. */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** See {@link CookieSettings#path}. */
    public Builder path(String path) {
      this.path = path;
      return this;
    }

    /** See {@link CookieSettings#domain}. */
    public Builder domain(String domain) {
      this.domain = domain;
      return this;
    }

    /** See {@link CookieSettings#maxAge}. */
    public Builder maxAge(Duration maxAge) {
      this.maxAge = maxAge;
      return this;
    }

    /** See {@link CookieSettings#httpOnly}. */
    public Builder httpOnly(boolean httpOnly) {
      this.httpOnly = httpOnly;
      return this;
    }

    /** See {@link CookieSettings#secure}. */
    public Builder secure(boolean secure) {
      this.secure = secure;
      return this;
    }

    /** See {@link CookieSettings#sameSite}. */
    public Builder sameSite(SameSite sameSite) {
      this.sameSite = sameSite;
      return this;
    }

    /**
     * Builds the settings.
     *
     * @throws IllegalArgumentException if a value cannot stand in a cookie
     */
    public CookieSettings build() {
      return new CookieSettings(name, path, domain, maxAge, httpOnly, secure, sameSite);
    }
  }
}
