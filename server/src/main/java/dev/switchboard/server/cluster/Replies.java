package dev.switchboard.server.cluster;

import java.util.List;

/**
 * What came back for a request to many, in the order of arrival. That some are missing is data, not
 * an exception.
 *
 * @param values the answers
 * @param expected how many were asked, less those that left meanwhile; at least {@code
 *     values.size()}
 * @param complete whether all that were asked answered in time
 * @param <R> the type of an answer
 */
public record Replies<R>(List<R> values, int expected, boolean complete) {
  /** How many answers are missing. */
  public int missing() {
    return Math.max(0, expected - values.size());
  }
}
