package dev.switchboard.redis;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names of the classic adapter's channels for one namespace. */
final class ClassicChannels {
  /** How long the ids of sockets are, unless an application makes its own. */
  private static final int USUAL_ID_LENGTH = 20;

  private final String key;
  private final String suffix;
  private final boolean dynamicRooms;

  ClassicChannels(ClassicSettings settings, String namespace) {
    this.key = settings.key();
    this.suffix = "#" + namespace + "#";
    this.dynamicRooms = settings.dynamicRooms();
  }

  /** The channel of a broadcast to these rooms. */
  String of(Set<String> rooms) {
    if (rooms.size() != 1) {
      return broadcasts();
    }
    String room = rooms.iterator().next();
    return dynamicRooms && !isSubscribedTo(room) ? broadcasts() : broadcastsTo(room);
  }

  /**
   * Whether nodes subscribe to a room by its name: with dynamic rooms, to all but those that look
   * as if a socket had them for itself.
   */
  boolean isSubscribedTo(String room) {
    return dynamicRooms && room.length() != USUAL_ID_LENGTH;
  }

  /** Broadcasts to all sockets, or to several rooms. */
  String broadcasts() {
    return key + suffix;
  }

  /** Broadcasts to one room. */
  String broadcastsTo(String room) {
    return key + suffix + room + "#";
  }

  /** A pattern for both; the reference forgets that a namespace may hold what is a wildcard. */
  String allBroadcasts() {
    return broadcasts().replaceAll("[\\\\*?\\[\\]]", "\\\\$0") + "*";
  }

  /** Requests to all servers. */
  String requests() {
    return key + "-request" + suffix;
  }

  /** Answers that all servers read. */
  String responses() {
    return key + "-response" + suffix;
  }

  /** Answers for one server. */
  String responsesTo(String uid) {
    return responses() + uid + "#";
  }

  /** The room that a channel of broadcasts is for: "" if none, null if it is no such channel. */
  @Nullable String roomOf(String channel) {
    String all = broadcasts();
    if (channel.length() == all.length()) {
      return channel.equals(all) ? "" : null;
    }
    return channel.startsWith(all) && channel.endsWith("#")
        ? channel.substring(all.length(), channel.length() - 1)
        : null;
  }
}
