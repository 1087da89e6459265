package dev.switchboard.server.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The application's say in requests. All are called on event loops and must not wait: they return a
 * stage instead, which any thread may complete. Those before the opening of a session have {@link
 * LimitSettings#handshakeTimeout} in total.
 *
 * @param filters run in turn before anything else happens to a request, also to those of open
 *     sessions: the reference's {@code engine.use}
 * @param allowRequest decides who may open a session, over HTTP and WebSocket alike. A stage that
 *     fails refuses. Default null: everybody
 * @param generateId names a session. It must be unguessable, unique, and of the characters {@code
 *     A-Za-z0-9_-}; the request is refused otherwise. Default null: 20 random characters
 * @param initialHeaders may add headers to the answer that opens a session
 * @param headers may add headers to every answer of a session, and to the 101 of a WebSocket
 */
public record HookSettings(
    List<Filter> filters,
    @Nullable Function<RequestInfo, CompletionStage<Admission>> allowRequest,
    @Nullable Function<RequestInfo, CompletionStage<String>> generateId,
    List<HeaderHook> initialHeaders,
    List<HeaderHook> headers) {
  /** See {@link HookSettings#filters}. */
  @FunctionalInterface
  public interface Filter {
    /**
     * Looks at a request.
     *
     * @param headers those of the answer so far; what is put there is sent with it
     * @return empty to go on, or the answer. A stage that fails: 400, "Bad request"
     */
    CompletionStage<Optional<HttpReply>> filter(
        RequestInfo request, Map<String, List<String>> headers);
  }

  /** See {@link HookSettings#headers}. */
  @FunctionalInterface
  public interface HeaderHook {
    /**
     * Looks at an answer.
     *
     * @param headers those of the answer so far; may be changed
     */
    void accept(Map<String, List<String>> headers, RequestInfo request);
  }

  public HookSettings {
    filters = List.copyOf(filters);
    initialHeaders = List.copyOf(initialHeaders);
    headers = List.copyOf(headers);
  }

  /** No hooks: the default. */
  public static HookSettings none() {
    return new Builder().build();
  }

  /** The defaults, changed. */
  public static HookSettings of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** Builds {@link HookSettings}. */
  public static final class Builder {
    private final List<Filter> filters = new ArrayList<>();
    private @Nullable Function<RequestInfo, CompletionStage<Admission>> allowRequest;
    private @Nullable Function<RequestInfo, CompletionStage<String>> generateId;
    private final List<HeaderHook> initialHeaders = new ArrayList<>();
    private final List<HeaderHook> headers = new ArrayList<>();

    /** A builder without hooks. */
    public Builder() {}

    /** Adds a filter. See {@link HookSettings#filters}. */
    public Builder use(Filter filter) {
      filters.add(Objects.requireNonNull(filter, "filter"));
      return this;
    }

    /** See {@link HookSettings#allowRequest}. */
    public Builder allowRequest(Function<RequestInfo, CompletionStage<Admission>> allowRequest) {
      this.allowRequest = allowRequest;
      return this;
    }

    /** See {@link HookSettings#generateId}. */
    public Builder generateId(Function<RequestInfo, CompletionStage<String>> generateId) {
      this.generateId = generateId;
      return this;
    }

    /** Adds a hook. See {@link HookSettings#initialHeaders}. */
    public Builder initialHeaders(HeaderHook hook) {
      initialHeaders.add(Objects.requireNonNull(hook, "hook"));
      return this;
    }

    /** Adds a hook. See {@link HookSettings#headers}. */
    public Builder headers(HeaderHook hook) {
      headers.add(Objects.requireNonNull(hook, "hook"));
      return this;
    }

    /** The hooks. */
    public HookSettings build() {
      return new HookSettings(filters, allowRequest, generateId, initialHeaders, headers);
    }
  }
}
