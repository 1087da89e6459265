package dev.switchboard.sio;

import dev.switchboard.client.ClientConfig;
import dev.switchboard.client.ClientSocket;
import dev.switchboard.client.ConnectFailedException;
import dev.switchboard.client.SocketIoClient;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.sio.Usage.Mistake;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code sio}: from a command line to an exit code. Waits on the thread that runs it.
 */
final class Sio {
  static final int DONE = 0;
  static final int NO_CONNECTION = 1;
  static final int WRONG_ARGUMENTS = 2;
  static final int NO_ACK = 3;
  static final int LOST = 4;

  private static final long PROGRESS_SECONDS = 10;

  /** So many acknowledgements are waited for at a time when events come from standard input. */
  private static final int MOST_WAITING = 1_000;

  private final Options options;
  private final Printer printer;
  private final InputStream in;
  private final long started = System.nanoTime();
  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong emitted = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicInteger connections = new AtomicInteger();

  private Sio(Options options, Printer printer, InputStream in) {
    this.options = options;
    this.printer = printer;
    this.in = in;
  }

  /** Runs a command line to its end and returns its exit code. */
  static int run(InputStream in, PrintStream out, PrintStream err, String... args) {
    try {
      Options options = Options.parse(args);
      if (options.help) {
        out.print(Usage.HELP);
        return DONE;
      }
      var printer = new Printer(out, err, options.json, options.quiet);
      return new Sio(options, printer, in).run();
    } catch (Mistake | IllegalArgumentException e) {
      err.println("sio: " + e.getMessage() + " (see sio --help)");
      return WRONG_ARGUMENTS;
    }
  }

  private int run() throws Mistake {
    List<Object> arguments = arguments(options.event);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, "sio");
              thread.setDaemon(true);
              return thread;
            });
    CountDownLatch closed = endOnSignal();
    try (ClientSocket socket = SocketIoClient.create(address(), this::configure)) {
      listen(socket);
      socket.connect();
      if (!options.quiet) {
        timer.scheduleAtFixedRate(
            () -> progress("progress"), PROGRESS_SECONDS, PROGRESS_SECONDS, TimeUnit.SECONDS);
      }
      if (options.duration != null) {
        timer.schedule(this::timeIsUp, options.duration.toMillis(), TimeUnit.MILLISECONDS);
      }
      work(socket, arguments);
      int code = end.join();
      summary();
      return code;
    } finally {
      timer.shutdownNow();
      closed.countDown();
    }
  }

  /** Lets Ctrl-C end the run as any other end, with its summary; the JVM waits for the latch. */
  private CountDownLatch endOnSignal() {
    var closed = new CountDownLatch(1);
    Runnable atSignal =
        () -> {
          end.complete(DONE);
          try {
            if (!closed.await(2, TimeUnit.SECONDS)) {
              printer.problem("error", "the connection was not closed in time");
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    Runtime.getRuntime().addShutdownHook(new Thread(atSignal, "sio-signal"));
    return closed;
  }

  private String address() {
    String namespace = options.namespace;
    if (namespace == null) {
      return options.url;
    }
    String url = options.url.contains("://") ? options.url : "https://" + options.url;
    int host = url.indexOf("://") + 3;
    int query = url.indexOf('?');
    String rest = query < 0 ? "" : url.substring(query);
    String base = query < 0 ? url : url.substring(0, query);
    int path = base.indexOf('/', host);
    return (path < 0 ? base : base.substring(0, path))
        + (namespace.startsWith("/") ? namespace : "/" + namespace)
        + rest;
  }

  private void configure(ClientConfig config) {
    config.transports(options.transports.toArray(String[]::new));
    options.headers.forEach(config::header);
    if (options.path != null) {
      config.path(options.path);
    }
    if (options.auth != null) {
      config.auth(options.auth);
    }
    if (options.msgpack) {
      config.msgpack();
    }
    if (options.insecure) {
      config.network(network -> network.tls(Trust.anybody()));
    }
    // one that was told to emit says soon that it cannot
    config.reconnection(settings -> settings.enabled(options.reconnect && options.event.isEmpty()));
  }

  private void listen(ClientSocket socket) {
    socket.onConnect(
        () -> {
          connections.incrementAndGet();
          String id = socket.id().orElse("?");
          String transport = socket.transport().orElse("?");
          printer.note(
              "connect",
              "connected as " + id + " over " + transport,
              "id",
              id,
              "transport",
              transport,
              "recovered",
              socket.recovered());
        });
    socket.onUpgrade(() -> printer.note("upgrade", "moved to websocket", "transport", "websocket"));
    socket.onConnectError(this::connectFailed);
    socket.onDisconnect(
        (reason, cause) -> {
          String why = reason + (cause == null ? "" : ": " + cause.getMessage());
          if (reason.reconnects() && options.reconnect && options.event.isEmpty()) {
            printer.note("disconnect", "disconnected: " + why, "reason", reason.text());
          } else if (!end.isDone()) {
            printer.problem("disconnect", "disconnected: " + why);
            end.complete(LOST);
          }
        });
    socket.onAny(
        (event, args) -> {
          received.incrementAndGet();
          printer.event(event, args.toList());
        });
  }

  private void connectFailed(ConnectFailedException failure) {
    boolean first = connections.get() == 0;
    boolean again = options.reconnect && options.event.isEmpty() && !failure.refused();
    String data = failure.data().map(each -> " " + Values.shown(each)).orElse("");
    if (first && !failure.refused() && again && options.duration == null && !options.stdin) {
      printer.problem("connect_error", failure.getMessage() + "; trying again");
      return;
    }
    printer.problem("connect_error", failure.getMessage() + data);
    if (!again) {
      end.complete(NO_CONNECTION);
    }
  }

  private void timeIsUp() {
    end.complete(connections.get() == 0 ? NO_CONNECTION : unanswered.get() > 0 ? NO_ACK : DONE);
  }

  // ---- what is emitted ----

  private void work(ClientSocket socket, List<Object> arguments) {
    if (options.stdin) {
      var reader = new Thread(() -> emitLines(socket), "sio-stdin");
      reader.setDaemon(true); // nobody can interrupt it
      reader.start();
    } else if (!options.event.isEmpty()) {
      emit(socket, options.event.get(0), arguments)
          .thenAccept(
              code -> {
                if (options.duration == null || code != DONE) {
                  end.complete(code);
                }
              });
    }
  }

  private void emitLines(ClientSocket socket) {
    int worst = DONE;
    try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      var waiting = new ArrayDeque<CompletableFuture<Integer>>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        List<String> words = Values.words(line);
        if (!words.isEmpty()) {
          waiting.add(emit(socket, words.get(0), arguments(words)));
        }
        if (waiting.size() > MOST_WAITING) {
          worst = Math.max(worst, waiting.remove().join());
        }
      }
      while (!waiting.isEmpty()) {
        worst = Math.max(worst, waiting.remove().join());
      }
    } catch (IOException | Mistake | IllegalArgumentException e) {
      printer.problem("error", String.valueOf(e.getMessage()));
      worst = WRONG_ARGUMENTS;
    }
    if (options.duration == null || worst != DONE) {
      end.complete(worst);
    }
  }

  /** Emits an event, and completes with what came of it. */
  private CompletableFuture<Integer> emit(
      ClientSocket socket, String event, List<Object> arguments) {
    emitted.incrementAndGet();
    Object[] args = arguments.toArray();
    if (!options.acks) {
      socket.emit(event, args);
      return connected(socket);
    }
    return socket
        .timeout(options.timeout)
        .call(event, args)
        .handle((answer, failure) -> answered(event, answer, failure));
  }

  /** Without an acknowledgement an event is out once there is a connection. */
  private static CompletableFuture<Integer> connected(ClientSocket socket) {
    var out = new CompletableFuture<Integer>();
    socket.onConnect(() -> out.complete(DONE));
    if (socket.connected()) {
      out.complete(DONE);
    }
    return out;
  }

  private int answered(String event, @Nullable Args answer, @Nullable Throwable failure) {
    if (answer != null) {
      acknowledged.incrementAndGet();
      printer.ack(event, answer.toList());
      return DONE;
    }
    unanswered.incrementAndGet();
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (connections.get() == 0) {
      printer.problem("connect_error", "no connection within " + shown(options.timeout));
      return NO_CONNECTION;
    }
    printer.problem("error", event + ": " + (cause == null ? "" : cause.getMessage()));
    return NO_ACK;
  }

  private static List<Object> arguments(List<String> words) throws Mistake {
    var arguments = new ArrayList<Object>();
    for (String word : words.subList(Math.min(1, words.size()), words.size())) {
      arguments.add(Values.argument(word));
    }
    return arguments;
  }

  // ---- what is said of it ----

  private void summary() {
    if (options.duration != null || options.stdin || elapsed().toSeconds() >= PROGRESS_SECONDS) {
      progress("summary");
    }
  }

  private void progress(String kind) {
    long again = Math.max(0, connections.get() - 1);
    printer.note(
        kind,
        shown(elapsed())
            + ": "
            + received
            + " received, "
            + emitted
            + " emitted, "
            + acknowledged
            + " acknowledged, "
            + unanswered
            + " not, "
            + again
            + " reconnections",
        "millis",
        elapsed().toMillis(),
        "received",
        received.get(),
        "emitted",
        emitted.get(),
        "acknowledged",
        acknowledged.get(),
        "unanswered",
        unanswered.get(),
        "reconnections",
        again);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - started);
  }

  private static String shown(Duration duration) {
    return duration.toMillis() < 10_000 ? duration.toMillis() + " ms" : duration.toSeconds() + " s";
  }
}
