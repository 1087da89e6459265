package dev.switchboard.interop;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.server.netty.NettySettings;
import dev.switchboard.server.netty.NettyTransport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The variables that say which app is to run and how; {@code scenario/CONTROL.md} lists them. */
record Environment(Map<String, String> variables) {
  Environment {
    variables = Map.copyOf(variables);
  }

  /** The value of a variable; an empty one counts as not set. */
  Optional<String> find(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
  }

  String text(String name, String fallback) {
    return find(name).orElse(fallback);
  }

  boolean has(String name) {
    return find(name).isPresent();
  }

  Optional<Duration> millis(String name) {
    return find(name).map(value -> Duration.ofMillis(Long.parseLong(value)));
  }

  /** A JSON object; empty if it is not set. */
  Map<?, ?> object(String name) {
    return find(name)
        .map(
            json -> {
              if (Json.create().read(new JsonValue(json, List.of()), Object.class)
                  instanceof Map<?, ?> map) {
                return map;
              }
              throw new IllegalArgumentException(name + " must be a JSON object, not " + json);
            })
        .orElse(Map.of());
  }

  String host() {
    return text("HOST", "127.0.0.1");
  }

  int port() {
    return Integer.parseInt(text("PORT", "0"));
  }

  String node() {
    return text("NODE_NAME", "node-" + ProcessHandle.current().pid());
  }

  /** How the network is used: {@code IO}. */
  NettySettings network() {
    return NettySettings.defaults().withTransport(choice("IO", NettyTransport.AUTO));
  }

  /** Where handlers run: {@code HANDLERS}. */
  HandlerPlace handlers() {
    return choice("HANDLERS", HandlerPlace.DEFAULT);
  }

  private <E extends Enum<E>> E choice(String name, E fallback) {
    String word = text(name, fallback.name());
    E[] choices = fallback.getDeclaringClass().getEnumConstants();
    for (E choice : choices) {
      if (choice.name().equalsIgnoreCase(word)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        name + " must be one of " + Arrays.toString(choices) + ", not " + word);
  }

  /** Where handlers run. */
  enum HandlerPlace {
    /** Where a server runs them when it is told nothing. */
    DEFAULT,
    EVENTLOOP
  }
}
