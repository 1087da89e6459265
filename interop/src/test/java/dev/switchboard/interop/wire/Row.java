package dev.switchboard.interop.wire;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * One hostile input and its answer.
 *
 * @param input what is sent, for the reader of the table
 * @param reference what the Node.js reference does, in the words of the table
 * @param ours what Switchboard does; alternatives are divided by {@code " or "}
 * @param waits whether it takes longer than a moment, so that it runs beside the others
 */
record Row(
    String id,
    String title,
    String input,
    String profile,
    String limits,
    boolean waits,
    Steps steps,
    String reference,
    String ours) {
  /** Plays a row and tells what was seen. */
  interface Steps {
    String play(Stage stage) throws IOException, InterruptedException;
  }

  static Row of(String id, String title, String input, Steps steps, String answer) {
    return new Row(id, title, input, "badinput", "", false, steps, answer, answer);
  }

  Row ours(String answers) {
    return new Row(id, title, input, profile, limits, waits, steps, reference, answers);
  }

  Row on(String otherProfile) {
    return new Row(id, title, input, otherProfile, limits, waits, steps, reference, ours);
  }

  Row limits(String json) {
    return new Row(id, title, input, profile, json, waits, steps, reference, ours);
  }

  Row slow() {
    return new Row(id, title, input, profile, limits, true, steps, reference, ours);
  }

  String expected(ServerKind kind) {
    return kind == ServerKind.NODE ? reference : ours;
  }

  boolean accepts(ServerKind kind, String seen) {
    List<String> answers = Arrays.asList(expected(kind).split(" or "));
    // whether a poll waits at the moment in which the session ends is a matter of timing
    return answers.contains(seen) || answers.contains(seen.replace("; poll gives 1", ""));
  }
}
