package dev.switchboard.server.http;

import dev.switchboard.server.engine.Cors;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The official JavaScript client, served as the reference serves it: {@code socket.io.js} and its
 * kin below the engine's path.
 */
public final class ClientBundle {
  /** The version of the client. */
  public static final String VERSION = "4.8.4";

  private static final String FOLDER = "/META-INF/switchboard/client/";
  private static final List<String> FILES =
      List.of(
          "socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js");

  private final Cors cors;

  private ClientBundle(Cors cors) {
    this.cors = cors;
  }

  /**
   * Adds the files' routes.
   *
   * @param enginePath the engine's, with its slash at the end: {@code /socket.io/}
   * @param cors for pages of other origins, which get the files with the engine's own headers
   * @throws IllegalStateException if the files are not in the jar
   */
  public static void addTo(HttpRoutes routes, String enginePath, Cors cors) {
    ClientBundle bundle = new ClientBundle(cors);
    String folder = enginePath.endsWith("/") ? enginePath : enginePath + "/";
    for (String name : FILES) {
      bundle.add(routes, folder, name, "application/javascript; charset=utf-8");
      bundle.add(routes, folder, name + ".map", "application/json");
    }
  }

  private void add(HttpRoutes routes, String folder, String name, String contentType) {
    File file = new File(contentType, load(name));
    routes.get(folder + name, request -> withCors(request, file.answer(request)));
    if (cors.enabled()) {
      routes.on("OPTIONS", folder + name, this::preflight);
    }
  }

  private HttpAnswer withCors(HttpRequest request, HttpAnswer answer) {
    Map<String, List<String>> headers = new LinkedHashMap<>(answer.headers());
    cors.addHeaders(request.info(), headers);
    return answer.headers(headers);
  }

  private HttpAnswer preflight(HttpRequest request) {
    return cors.preflight(request.info())
        .map(reply -> HttpAnswer.empty(reply.status()).headers(reply.headers()))
        .orElseGet(() -> HttpAnswer.empty(204));
  }

  private static byte[] load(String name) {
    try (InputStream in = ClientBundle.class.getResourceAsStream(FOLDER + name)) {
      return Optional.ofNullable(in)
          .orElseThrow(() -> new IllegalStateException("the jar lacks the client's file " + name))
          .readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the client's file " + name + " cannot be read", e);
    }
  }

  /** One file, compressed once. */
  private static final class File {
    private final String contentType;
    private final byte[] content;
    private final Map<ContentCoding, byte[]> encoded = new ConcurrentHashMap<>();

    File(String contentType, byte[] content) {
      this.contentType = contentType;
      this.content = content;
    }

    HttpAnswer answer(HttpRequest request) {
      ContentCoding coding = ContentCoding.of(request.header("accept-encoding").orElse(null));
      HttpAnswer answer =
          HttpAnswer.bytes(
                  200, contentType, encoded.computeIfAbsent(coding, other -> other.encode(content)))
              .header("Cache-Control", "public, max-age=0")
              .header("ETag", '"' + VERSION + '"')
              .header("Vary", "Accept-Encoding");
      return coding == ContentCoding.IDENTITY
          ? answer
          : answer.header("Content-Encoding", coding.token());
    }
  }
}
