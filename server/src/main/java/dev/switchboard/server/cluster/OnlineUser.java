package dev.switchboard.server.cluster;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is online, on one node or several, with one connection or several.
 *
 * @param id what the application calls the user; 1 to 255 characters
 * @param data what the application told of the user, as a tree: text, number, list, map, null. Of a
 *     user who is on several nodes it is what the node tells that has had the user longest
 * @param since when the user came, by the clock of that node
 */
public record OnlineUser(String id, @Nullable Object data, Instant since) {
  private static final int LONGEST_ID = 255;

  public OnlineUser {
    Objects.requireNonNull(since, "since");
    if (id.isEmpty() || id.length() > LONGEST_ID) {
      throw new IllegalArgumentException(
          "a user's id has 1 to " + LONGEST_ID + " characters, not " + id.length());
    }
  }
}
