package dev.switchboard.sio;

import dev.switchboard.sio.Usage.Mistake;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command line. Built by {@link #parse}, then not changed. */
final class Options {
  boolean help;
  boolean json;
  boolean quiet;
  boolean stdin;
  boolean insecure;
  boolean acks = true;
  boolean reconnect = true;
  boolean msgpack;
  Duration timeout = Duration.ofSeconds(5);
  @Nullable Duration duration;
  @Nullable String namespace;
  @Nullable String path;
  @Nullable Object auth;
  List<String> transports = List.of("polling", "websocket");
  final Map<String, String> headers = new LinkedHashMap<>();
  String url = "";
  final List<String> event = new ArrayList<>();

  private Options() {}

  static Options parse(String... args) throws Mistake {
    Options options = new Options();
    Deque<String> left = new ArrayDeque<>(Arrays.asList(args));
    while (!left.isEmpty() && left.getFirst().startsWith("-") && !options.help) {
      String option = left.removeFirst();
      int equals = option.startsWith("--") ? option.indexOf('=') : -1;
      if (equals > 0) {
        left.addFirst(option.substring(equals + 1));
        option = option.substring(0, equals);
      }
      options.take(option, left);
    }
    if (options.help) {
      return options;
    }
    if (left.isEmpty()) {
      throw new Mistake("an URL is missing, as in http://localhost:3000");
    }
    options.url = left.removeFirst();
    options.event.addAll(left);
    if (options.stdin && !options.event.isEmpty()) {
      throw new Mistake("events come from the command line or from --stdin, not from both");
    }
    return options;
  }

  private void take(String option, Deque<String> left) throws Mistake {
    switch (option) {
      case "-h", "--help" -> help = true;
      case "-j", "--json" -> json = true;
      case "-q", "--quiet" -> quiet = true;
      case "-i", "--stdin" -> stdin = true;
      case "-k", "--insecure" -> insecure = true;
      case "--no-ack" -> acks = false;
      case "--no-reconnect" -> reconnect = false;
      case "-n", "--namespace" -> namespace = value(option, left);
      case "--path" -> path = value(option, left);
      case "-a", "--auth" -> auth = Values.json(value(option, left), option);
      case "-t", "--transports" -> transports = List.of(value(option, left).split(",", -1));
      case "-d", "--duration" -> duration = time(value(option, left), option);
      case "--timeout" -> timeout = time(value(option, left), option);
      case "-H", "--header" -> header(value(option, left));
      case "-p", "--parser" -> parser(value(option, left));
      default -> throw new Mistake("there is no option " + option);
    }
  }

  private void parser(String name) throws Mistake {
    if (!name.equals("text") && !name.equals("msgpack")) {
      throw new Mistake("--parser is text or msgpack, not " + name);
    }
    msgpack = name.equals("msgpack");
  }

  private void header(String line) throws Mistake {
    int colon = line.indexOf(':');
    if (colon < 1) {
      throw new Mistake("--header is 'NAME: VALUE', not " + line);
    }
    headers.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
  }

  private static String value(String option, Deque<String> left) throws Mistake {
    if (left.isEmpty()) {
      throw new Mistake(option + " needs a value");
    }
    return left.removeFirst();
  }

  static Duration time(String text, String option) throws Mistake {
    String unit = text.replaceFirst("^\\d+", "");
    String number = text.substring(0, text.length() - unit.length());
    if (!number.isEmpty() && number.length() < 10) {
      long amount = Long.parseLong(number);
      switch (unit) {
        case "ms" -> {
          return Duration.ofMillis(amount);
        }
        case "", "s" -> {
          return Duration.ofSeconds(amount);
        }
        case "m" -> {
          return Duration.ofMinutes(amount);
        }
        case "h" -> {
          return Duration.ofHours(amount);
        }
        default -> {
          // said below
        }
      }
    }
    throw new Mistake(option + " is a time as in 500ms, 10s, 5m or 1h, not " + text);
  }
}
