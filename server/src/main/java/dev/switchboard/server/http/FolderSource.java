package dev.switchboard.server.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** The files of a folder on disk. */
final class FolderSource implements StaticFiles.Source {
  /** Greater files are read as they are sent, and not compressed. */
  private static final int MAX_IN_MEMORY_BYTES = 1 << 20;

  private final Path folder;

  FolderSource(Path folder) {
    try {
      this.folder = folder.toRealPath();
    } catch (IOException e) {
      throw new IllegalArgumentException("the folder to serve does not exist: " + folder, e);
    }
    if (!Files.isDirectory(this.folder)) {
      throw new IllegalArgumentException("not a folder that could be served: " + folder);
    }
  }

  @Override
  public Optional<HttpAnswer> file(String name) throws IOException {
    Optional<Path> path = find(name);
    return path.isEmpty() ? Optional.empty() : answer(path.get());
  }

  @Override
  public boolean isFolder(String name) throws IOException {
    return find(name).filter(Files::isDirectory).isPresent();
  }

  private Optional<Path> find(String name) throws IOException {
    try {
      // Links are followed first, so that one that leads out of the folder is seen to.
      Path path = folder.resolve(name).toRealPath();
      return path.startsWith(folder) ? Optional.of(path) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The answer with a file; empty if it is not a regular one. */
  static Optional<HttpAnswer> answer(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      return Optional.empty();
    }
    String type = ContentTypes.of(path.toString());
    long size = attributes.size();
    long modified = attributes.lastModifiedTime().toMillis();
    HttpAnswer answer =
        size <= MAX_IN_MEMORY_BYTES
            ? HttpAnswer.bytes(200, type, Files.readAllBytes(path))
            : HttpAnswer.file(type, path, size);
    return Optional.of(
        answer
            .header(
                "ETag", "W/\"" + Long.toHexString(size) + '-' + Long.toHexString(modified) + '"')
            .header(
                "Last-Modified",
                Conditions.HTTP_DATE.format(attributes.lastModifiedTime().toInstant())));
  }
}
