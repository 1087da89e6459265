package dev.switchboard.interop.wire;

import java.util.List;
import java.util.stream.Stream;

/** All rows of the table, in its order. */
final class Rows {
  private Rows() {}

  static List<Row> all() {
    return Stream.of(
            HttpRows.all(),
            PollingRows.all(),
            UpgradeRequestRows.all(),
            FrameRows.all(),
            EngineRows.all(),
            EventRows.all(),
            NamespaceRows.all(),
            AttachmentRows.all(),
            UpgradeRows.all(),
            TimerRows.all(),
            Revision3Rows.all())
        .flatMap(List::stream)
        .toList();
  }
}
