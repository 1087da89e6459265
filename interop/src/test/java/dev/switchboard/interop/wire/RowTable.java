package dev.switchboard.interop.wire;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The rows as markdown: the committed page, and what a run saw. */
final class RowTable {
  private static final String INTRODUCTION =
      """
      # Hostile and odd inputs, row by row

      What is sent to the server over raw TCP, what the Node.js reference (socket.io 4.8.4) answers, and what Switchboard
      answers; empty where it is the same. `WireRowsIT` plays each row twice, as written and byte by byte, and after each one
      a WebSocket client and a polling client that were connected before must still be served within 50 ms. This page is
      written by that test (`-Dwire.page.write=true`), which fails when the page differs from the rows.

      `400/3` is status 400 with the JSON error of code 3; `+ close` means that the connection is closed after the answer,
      else it was used again; `cut`: closed without an answer. `200 open` is a handshake. `close 1002` is a WebSocket close
      frame, `close empty` one without a code; after it the reason that the disconnect handler is told. `gone`: the session's
      next request is answered 400/1. `lives`: an echo is answered afterwards. `…` stands for an id.
      """;

  private RowTable() {}

  static String page(List<Row> rows) {
    var page = new StringBuilder(INTRODUCTION);
    page.append("\n| row | what | sent | reference | Switchboard |\n|---|---|---|---|---|\n");
    for (Row row : rows) {
      line(
          page,
          row.id(),
          row.title() + where(row),
          code(input(row)),
          code(row.reference()),
          row.ours().equals(row.reference()) ? "" : code(row.ours()));
    }
    return page.toString();
  }

  static String seen(List<Row> rows, ServerKind kind, Map<String, String> seen) {
    var page =
        new StringBuilder("| row | sent | seen | reference | result |\n|---|---|---|---|---|\n");
    for (Row row : rows) {
      String what = seen.getOrDefault(row.id(), "not run");
      line(
          page,
          row.id(),
          code(input(row)),
          code(what),
          code(row.reference()),
          Stream.of(what.split(" / ")).allMatch(one -> row.accepts(kind, one))
              ? "as expected"
              : "expected " + code(row.expected(kind)));
    }
    return page.toString();
  }

  private static String where(Row row) {
    return row.profile().equals("badinput") ? "" : " (" + row.profile() + ")";
  }

  private static String input(Row row) {
    return Words.shown(row.input());
  }

  private static String code(String text) {
    return "`" + text.replace("`", "'") + "`";
  }

  private static void line(StringBuilder page, String... cells) {
    page.append('|');
    for (String cell : cells) {
      page.append(' ').append(cell.replace("|", "\\|")).append(" |");
    }
    page.append('\n');
  }
}
