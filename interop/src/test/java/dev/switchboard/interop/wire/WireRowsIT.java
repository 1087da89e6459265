package dev.switchboard.interop.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every row of the table of hostile inputs, over raw TCP, against a server process: as written, and
 * once more byte by byte. After each row two clients that were there before must still be served.
 *
 * <p>{@code -Dwire.server=node} looks at the reference instead, {@code -Dwire.rows=<regular
 * expression>} at some rows only. What was seen is written to {@code target/wire-rows.md}.
 */
class WireRowsIT {
  private static final ServerKind KIND = ServerKind.chosen();
  private static final Map<String, String> SEEN = new ConcurrentSkipListMap<>();

  /** More would keep two cores so busy that rows miss the app's own short time-outs. */
  private static final int AT_ONCE = 6;

  /** How often a row begins anew when its client could not even connect: that is not the row. */
  private static final int NEW_STARTS = 3;

  private static final String NOT_SET_UP = "not set up";

  private static Servers servers;
  private static ExecutorService aside;

  @BeforeAll
  static void start() {
    servers = new Servers(KIND);
    aside = Executors.newFixedThreadPool(AT_ONCE);
  }

  @AfterAll
  static void stop() throws IOException {
    aside.shutdownNow();
    servers.close();
    Files.writeString(
        Files.createDirectories(Path.of("target")).resolve("wire-rows.md"),
        RowTable.seen(chosen(), KIND, SEEN));
  }

  private static List<Row> chosen() {
    String ids = System.getProperty("wire.rows", ".*");
    return Rows.all().stream().filter(row -> row.id().matches(ids)).toList();
  }

  /** One playing of a row. */
  private record Take(Row row, Segments segments, CompletableFuture<String> seen) {
    String name() {
      return row.id() + " " + row.title() + (segments == Segments.BYTES ? ", byte by byte" : "");
    }
  }

  @TestFactory
  Stream<DynamicTest> answersAsTheTableSays() {
    // all JVMs first: beside one that starts, rows would miss the app's own short time-outs
    chosen().forEach(row -> servers.of(row.profile(), row.limits()));
    List<Take> takes =
        chosen().stream()
            .flatMap(row -> Stream.of(Segments.values()).map(cut -> take(row, cut)))
            .sorted(Comparator.comparing(take -> take.row().pace()))
            .toList();
    return Stream.concat(
        takes.stream().map(take -> DynamicTest.dynamicTest(take.name(), () -> check(take))),
        Stream.of(
            DynamicTest.dynamicTest(
                "no server printed a leak or an exception",
                () -> assertThat(servers.complaints()).isEmpty())));
  }

  /** Those that wait start at once, some at a time, and run beside the others. */
  private static Take take(Row row, Segments segments) {
    if (row.pace() != Row.Pace.WAITS) {
      return new Take(row, segments, new CompletableFuture<>());
    }
    return new Take(row, segments, CompletableFuture.supplyAsync(() -> play(row, segments), aside));
  }

  private static String play(Row row, Segments segments) {
    String seen = playOnce(row, segments);
    for (int i = 0; i < NEW_STARTS && seen.startsWith(NOT_SET_UP); i++) {
      seen = playOnce(row, segments);
    }
    return seen;
  }

  private static String playOnce(Row row, Segments segments) {
    try {
      ServerProcess server = servers.of(row.profile(), row.limits()).process();
      return row.steps().play(new Stage(server, segments));
    } catch (SetUpException e) {
      return NOT_SET_UP + ": " + e.getMessage();
    } catch (IOException e) {
      return "failed: " + e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static void check(Take take) {
    Row row = take.row();
    String seen = row.pace() == Row.Pace.WAITS ? take.seen().join() : play(row, take.segments());
    SEEN.merge(row.id(), seen, (one, other) -> one.equals(other) ? one : one + " / " + other);
    assertThat(servers.of(row.profile(), row.limits()).canary().complaint(KIND)).isEmpty();
    if (!row.accepts(KIND, seen)) {
      assertThat(seen).as("%s: %s", row.id(), row.input()).isEqualTo(row.expected(KIND));
    }
  }

  @Test
  void eachRowHasAnIdOfItsOwn() {
    assertThat(Rows.all().stream().map(Row::id)).doesNotHaveDuplicates();
  }

  @Test
  void thePageOfRowsIsThatOfTheseRows() throws IOException {
    Path page = Path.of("..", "docs", "wire-rows.md");
    String table = RowTable.page(Rows.all());
    if (Boolean.getBoolean("wire.page.write")) {
      Files.createDirectories(page.getParent());
      Files.writeString(page, table);
    }
    assertThat(page).as("regenerate it with -Dwire.page.write=true").hasContent(table);
  }
}
