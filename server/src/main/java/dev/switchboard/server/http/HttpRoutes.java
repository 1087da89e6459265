package dev.switchboard.server.http;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server answers on its port beside Socket.IO. Any thread; routes may be added while the
 * server runs, and then hold for the next request.
 *
 * <pre>{@code
 * routes.get("/health", request -> HttpAnswer.text(200, "ok"));
 * routes.post("/hooks/*", request -> { ... });
 * routes.resources("/", "public");
 * }</pre>
 *
 * <p>A path is matched exactly, as sent; one that ends with {@code /*} matches all that begin with
 * what stands before the star. Exact paths win over such, and longer beginnings over shorter. A GET
 * route answers HEAD too. Other methods of a known path get 405, unknown paths 404.
 */
public final class HttpRoutes {
  private static final String GET = "GET";
  private static final Logger log = LoggerFactory.getLogger(HttpRoutes.class);

  /** The handlers of one path, by method. */
  private record Route(String path, Map<String, HttpHandler> handlers) {
    Route(String path) {
      this(path, new ConcurrentHashMap<>());
    }
  }

  private final Map<String, Route> exact = new ConcurrentHashMap<>();
  private final List<Route> beginnings = new CopyOnWriteArrayList<>();

  /** No routes. */
  public HttpRoutes() {}

  /** Answers GET and HEAD. */
  public HttpRoutes get(String path, HttpHandler handler) {
    return on(GET, path, handler);
  }

  /** Answers POST. */
  public HttpRoutes post(String path, HttpHandler handler) {
    return on("POST", path, handler);
  }

  /** Answers PUT. */
  public HttpRoutes put(String path, HttpHandler handler) {
    return on("PUT", path, handler);
  }

  /** Answers DELETE. */
  public HttpRoutes delete(String path, HttpHandler handler) {
    return on("DELETE", path, handler);
  }

  /**
   * Answers one method at a path; replaces what answered it before.
   *
   * @throws IllegalArgumentException if the path does not begin with {@code /}, or has a star that
   *     is not its last part
   */
  public HttpRoutes on(String method, String path, HttpHandler handler) {
    Objects.requireNonNull(handler, "handler");
    if (!path.startsWith("/") || path.indexOf('?') >= 0) {
      throw new IllegalArgumentException(
          "a route's path must begin with / and have no query, not \"" + path + '"');
    }
    int star = path.indexOf('*');
    if (star >= 0 && !(star == path.length() - 1 && path.endsWith("/*"))) {
      throw new IllegalArgumentException(
          "a star must be the last part of a route's path, not as in \"" + path + '"');
    }
    Route route =
        star < 0
            ? exact.computeIfAbsent(path, Route::new)
            : beginning(path.substring(0, path.length() - 1));
    route.handlers().put(method, handler);
    return this;
  }

  /**
   * Serves the files of a folder: with {@code index.html} for a folder, content types, ETag and
   * Last-Modified. Hidden files, and what lies outside the folder behind a link, are not there.
   *
   * @param path where, such as {@code /}
   * @throws IllegalArgumentException if the folder does not exist
   */
  public HttpRoutes files(String path, Path folder) {
    String beginning = path.endsWith("/") ? path : path + "/";
    return get(beginning + "*", new StaticFiles(beginning, new FolderSource(folder)));
  }

  /**
   * Serves files of the class path, as {@link #files}.
   *
   * @param path where, such as {@code /}
   * @param folder such as {@code public}; looked for with the class loader of the calling thread
   */
  public HttpRoutes resources(String path, String folder) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return resources(path, folder, loader == null ? ClassLoader.getSystemClassLoader() : loader);
  }

  /** As {@link #resources(String, String)}, with a class loader. */
  public HttpRoutes resources(String path, String folder, ClassLoader loader) {
    String beginning = path.endsWith("/") ? path : path + "/";
    return get(beginning + "*", new StaticFiles(beginning, new ClassPathSource(folder, loader)));
  }

  /** Whether some route has this path, whichever the method. */
  public boolean has(String path) {
    return exact.containsKey(path)
        || beginnings.stream().anyMatch(route -> path.startsWith(route.path()));
  }

  /**
   * Answers a request by its route. For the transport's library, on a thread that may block. Never
   * throws.
   */
  public HttpAnswer answer(HttpRequest request) {
    boolean asksForContent = request.method().equals("HEAD") || request.method().equals(GET);
    String method = asksForContent ? GET : request.method();
    Optional<HttpHandler> handler = find(method, request.path());
    try {
      if (handler.isEmpty()) {
        return unanswered(request);
      }
      HttpAnswer answer = handler.get().handle(request);
      return asksForContent ? Conditions.apply(request, answer) : answer;
    } catch (Exception e) {
      log.error("The route {} {} failed", request.method(), request.path(), e);
      return HttpAnswer.empty(500);
    }
  }

  private Optional<HttpHandler> find(String method, String path) {
    Route route = exact.get(path);
    HttpHandler handler = route == null ? null : route.handlers().get(method);
    if (handler != null) {
      return Optional.of(handler);
    }
    for (Route beginning : beginnings) {
      handler = path.startsWith(beginning.path()) ? beginning.handlers().get(method) : null;
      if (handler != null) {
        return Optional.of(handler);
      }
    }
    return Optional.empty();
  }

  private HttpAnswer unanswered(HttpRequest request) {
    TreeSet<String> allowed = new TreeSet<>();
    Route route = exact.get(request.path());
    if (route != null) {
      allowed.addAll(route.handlers().keySet());
    }
    for (Route beginning : beginnings) {
      if (request.path().startsWith(beginning.path())) {
        allowed.addAll(beginning.handlers().keySet());
      }
    }
    if (allowed.isEmpty()) {
      return HttpAnswer.empty(404);
    }
    if (allowed.contains(GET)) {
      allowed.add("HEAD");
    }
    allowed.add("OPTIONS");
    int status = request.method().equals("OPTIONS") ? 204 : 405;
    return HttpAnswer.empty(status).header("Allow", String.join(", ", allowed));
  }

  private synchronized Route beginning(String path) {
    for (Route route : beginnings) {
      if (route.path().equals(path)) {
        return route;
      }
    }
    Route route = new Route(path);
    beginnings.add(route);
    beginnings.sort(Comparator.comparing((Route other) -> other.path().length()).reversed());
    return route;
  }
}
