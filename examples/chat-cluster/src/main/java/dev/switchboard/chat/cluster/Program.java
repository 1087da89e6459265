package dev.switchboard.chat.cluster;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where programs are, and how they are started so that they end with this process. */
final class Program {
  /** Where servers are installed, which is not on every user's path. */
  private static final List<String> MORE_FOLDERS = List.of("/usr/sbin", "/usr/local/sbin");

  /**
   * Becomes the program, and leaves somebody beside it that ends it when its input ends: this
   * process has the other end of that, and closes it with its last breath, however it dies.
   */
  private static final String TETHERED =
      "exec 3<&0; (cat <&3 >/dev/null; kill $$ 2>/dev/null) & exec 3<&-; exec \"$@\" </dev/null";

  private Program() {}

  static String find(String name) {
    return search(name)
        .orElseThrow(
            () -> new IllegalStateException(name + " is missing: install it, or put it on PATH"));
  }

  /**
   * The command, in a session of its own where that is possible: Ctrl-C in the terminal then
   * reaches this process alone, which ends the others in order.
   */
  static List<String> tethered(List<String> command) {
    List<String> words = new ArrayList<>();
    search("setsid").ifPresent(words::add);
    words.addAll(List.of("/bin/sh", "-c", TETHERED, command.get(0)));
    words.addAll(command);
    return words;
  }

  private static Optional<String> search(String name) {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
            MORE_FOLDERS.stream())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
