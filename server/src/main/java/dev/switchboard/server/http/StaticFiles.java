package dev.switchboard.server.http;

import java.io.IOException;
import java.util.Optional;

/** Answers GET requests below a path with the files of a source. */
final class StaticFiles implements HttpHandler {
  /** Where files come from. */
  interface Source {
    /**
     * The file of a checked, relative name, such as {@code css/chat.css}; empty if there is none.
     */
    Optional<HttpAnswer> file(String name) throws IOException;

    /** Whether the name is that of a folder. */
    boolean isFolder(String name) throws IOException;
  }

  private static final String INDEX = "index.html";

  private final String beginning;
  private final Source source;

  /**
   * A handler for {@code beginning*}.
   *
   * @param beginning ends with a slash
   */
  StaticFiles(String beginning, Source source) {
    this.beginning = beginning;
    this.source = source;
  }

  @Override
  public HttpAnswer handle(HttpRequest request) throws IOException {
    Optional<String> checked = UrlPath.fileName(request.path().substring(beginning.length()));
    if (checked.isEmpty()) {
      return HttpAnswer.empty(404);
    }
    String name = checked.get();
    if (name.isEmpty() || name.endsWith("/")) {
      name += INDEX;
    } else if (source.isFolder(name)) {
      // Relative links of the page hold only below the slash.
      return HttpAnswer.empty(301).header("Location", request.path() + "/");
    }
    return source
        .file(name)
        .map(answer -> answer.header("X-Content-Type-Options", "nosniff"))
        .map(StaticFiles::withCacheControl)
        .orElseGet(() -> HttpAnswer.empty(404));
  }

  /** To be asked for each time, as the reference's client files and Express do: a 304 is cheap. */
  private static HttpAnswer withCacheControl(HttpAnswer answer) {
    return answer.header("Cache-Control", "public, max-age=0");
  }
}
