package dev.switchboard.sio;

import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what happens: events to standard output, all else to standard error; for scripts
 * everything as JSON to standard output. Any thread.
 */
final class Printer {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  private final PrintStream out;
  private final PrintStream err;
  private final boolean json;
  private final boolean quiet;

  Printer(PrintStream out, PrintStream err, boolean json, boolean quiet) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.quiet = quiet;
  }

  void event(String name, List<@Nullable Object> args) {
    if (json) {
      line("event", "event", name, "args", args);
    } else {
      out.println(TIME.format(LocalTime.now(ZoneId.systemDefault())) + " " + name + shown(args));
    }
  }

  void ack(String name, List<@Nullable Object> args) {
    if (json) {
      line("ack", "event", name, "args", args);
    } else {
      out.println(
          TIME.format(LocalTime.now(ZoneId.systemDefault())) + " ack of " + name + shown(args));
    }
  }

  /** Something that went wrong; said also when told to be quiet. */
  void problem(String kind, String message) {
    if (json) {
      line(kind, "message", message);
    } else {
      err.println("sio: " + message);
    }
  }

  /** Something about the connection, or of the progress. */
  void note(String kind, String message, @Nullable Object... fields) {
    if (quiet) {
      return;
    }
    if (json) {
      line(kind, fields);
    } else {
      err.println("sio: " + message);
    }
  }

  private static String shown(List<@Nullable Object> args) {
    StringBuilder text = new StringBuilder();
    for (Object arg : args) {
      text.append(' ').append(Values.shown(arg));
    }
    return text.toString();
  }

  private void line(String type, @Nullable Object... fields) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("type", type);
    line.put("time", System.currentTimeMillis());
    for (int i = 0; i + 1 < fields.length; i += 2) {
      line.put(String.valueOf(fields[i]), fields[i + 1]);
    }
    out.println(Values.write(line));
  }
}
