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
 * @param pace when it runs
 */
record Row(
    String id,
    String title,
    String input,
    String profile,
    String limits,
    Pace pace,
    Steps steps,
    String reference,
    String ours) {
  /** When a row runs, so that all take little time and none spoils the time of another. */
  enum Pace {
    QUICK,
    /** Waits for a timer: starts at once and runs beside the quick ones. */
    WAITS,
    /** Keeps the server busy: runs after all others. */
    HEAVY
  }

  /** Plays a row and tells what was seen. */
  interface Steps {
    String play(Stage stage) throws IOException, InterruptedException;
  }

  static Row of(String id, String title, String input, Steps steps, String answer) {
    return new Row(id, title, input, "badinput", "", Pace.QUICK, steps, answer, answer);
  }

  Row ours(String answers) {
    return new Row(id, title, input, profile, limits, pace, steps, reference, answers);
  }

  Row on(String otherProfile) {
    return new Row(id, title, input, otherProfile, limits, pace, steps, reference, ours);
  }

  Row limits(String json) {
    return new Row(id, title, input, profile, json, pace, steps, reference, ours);
  }

  Row waits() {
    return new Row(id, title, input, profile, limits, Pace.WAITS, steps, reference, ours);
  }

  Row heavy() {
    return new Row(id, title, input, profile, limits, Pace.HEAVY, steps, reference, ours);
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
