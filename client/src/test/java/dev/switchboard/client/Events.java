package dev.switchboard.client;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What happened to a socket, in order, as words: {@code connect}, {@code disconnect …}, events. */
final class Events {
  private static final int PATIENCE_SECONDS = 20;

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  /** Writes down all that happens to a socket from now on. */
  static Events of(ClientSocket socket) {
    var log = new Events();
    socket.onConnect(() -> log.add("connect"));
    socket.onConnectError(failure -> log.add("connect_error " + failure.getMessage()));
    socket.onDisconnect(reason -> log.add("disconnect " + reason));
    socket.onReconnectAttempt(attempt -> log.add("reconnect_attempt " + attempt));
    socket.onReconnect(attempt -> log.add("reconnect " + attempt));
    socket.onReconnectFailed(() -> log.add("reconnect_failed"));
    socket.onUpgrade(() -> log.add("upgrade"));
    socket.onAny((event, args) -> log.add(event + " " + args.toList()));
    return log;
  }

  void add(String event) {
    events.add(event);
  }

  /** The next thing that happens. */
  String next() throws InterruptedException {
    String event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return event == null ? fail("nothing happened any more") : event;
  }

  /** The next thing that begins so; what comes before is skipped. */
  String next(String beginning) throws InterruptedException {
    List<String> skipped = new ArrayList<>();
    while (true) {
      String event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        return fail("no " + beginning + ", only " + skipped);
      }
      if (event.startsWith(beginning)) {
        return event;
      }
      skipped.add(event);
    }
  }
}
