package dev.switchboard.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** The files of a folder of the class path: in a jar, or in a folder while one develops. */
final class ClassPathSource implements StaticFiles.Source {
  private final String folder;
  private final ClassLoader loader;

  ClassPathSource(String folder, ClassLoader loader) {
    String name = folder.startsWith("/") ? folder.substring(1) : folder;
    this.folder = name.isEmpty() || name.endsWith("/") ? name : name + "/";
    this.loader = loader;
    if (this.folder.isEmpty()) {
      // Else classes and configuration would be there for everybody to read.
      throw new IllegalArgumentException("name a folder of the class path, such as \"public\"");
    }
  }

  @Override
  public Optional<HttpAnswer> file(String name) throws IOException {
    URL url = loader.getResource(folder + name);
    if (url == null) {
      return Optional.empty();
    }
    Path path = path(url);
    if (path != null) {
      return FolderSource.answer(path);
    }
    if (isFolder(name)) {
      return Optional.empty();
    }
    try (InputStream in = url.openStream()) {
      byte[] bytes = in.readAllBytes();
      CRC32 sum = new CRC32();
      sum.update(bytes);
      String tag = Integer.toHexString(bytes.length) + '-' + Long.toHexString(sum.getValue());
      return Optional.of(
          HttpAnswer.bytes(200, ContentTypes.of(name), bytes).header("ETag", '"' + tag + '"'));
    }
  }

  @Override
  public boolean isFolder(String name) throws IOException {
    URL url = loader.getResource(folder + name);
    if (url == null) {
      return false;
    }
    Path path = path(url);
    return path != null ? Files.isDirectory(path) : loader.getResource(folder + name + '/') != null;
  }

  /** The place on disk, if it is one. */
  private static @Nullable Path path(URL url) {
    try {
      return url.getProtocol().equals("file") ? Path.of(url.toURI()) : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
