package dev.switchboard.server;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which sockets of one namespace are in which rooms, on this node.
 *
 * <p>Any thread. A room appears with its first member and goes with its last. The room that each
 * socket has for itself, named by its id, is not kept here but is a mark on the socket: with many
 * sockets that saves a set for each.
 */
final class Rooms {
  private static final CompletionStage<Void> AT_ONCE = CompletableFuture.completedFuture(null);
  private static final Joined KNOWN = new Joined(false, AT_ONCE);

  private final Map<String, Room> rooms = new ConcurrentHashMap<>();
  private final Map<String, Socket> sockets;
  private final Watcher watcher;

  /**
   * Learns of rooms that appear and go, for each room in that order: it is called while the room is
   * locked, so it must neither block nor come back to the rooms.
   */
  interface Watcher {
    /** The stage completes when messages to the room reach this node. */
    CompletionStage<Void> opened(String room);

    void closed(String room);
  }

  /** What a join did. */
  record Joined(boolean created, CompletionStage<Void> reached) {}

  private static final class Room {
    final Set<Socket> members = ConcurrentHashMap.newKeySet(1);
    CompletionStage<Void> reached = AT_ONCE;
  }

  /**
   * @param sockets all sockets of the namespace by id, kept by the namespace
   */
  Rooms(Map<String, Socket> sockets, Watcher watcher) {
    this.sockets = sockets;
    this.watcher = watcher;
  }

  /** Adds a socket to a room other than its own. */
  Joined add(String name, Socket socket) {
    var joined = new Joined[] {KNOWN};
    rooms.compute(
        name,
        (key, known) -> {
          Room room = known;
          if (room == null) {
            room = new Room();
            if (owner(name) == null) {
              room.reached = watcher.opened(name);
              joined[0] = new Joined(true, room.reached);
            }
          } else if (room.reached != AT_ONCE) {
            joined[0] = new Joined(false, room.reached);
          }
          room.members.add(socket);
          return room;
        });
    return joined[0];
  }

  /** Removes a socket from a room other than its own. Returns whether the room went with it. */
  boolean remove(String name, Socket socket) {
    boolean[] deleted = new boolean[1];
    rooms.computeIfPresent(
        name,
        (key, room) -> {
          room.members.remove(socket);
          if (!room.members.isEmpty()) {
            return room;
          }
          if (owner(name) == null) {
            deleted[0] = true;
            watcher.closed(name);
          }
          return null;
        });
    return deleted[0];
  }

  /**
   * A socket comes into the room named by it.
   *
   * @param mark makes {@link Socket#inOwnRoom} true
   */
  Joined addOwner(Socket socket, Runnable mark) {
    String name = socket.id();
    var joined = new Joined[] {KNOWN};
    rooms.compute(
        name,
        (key, room) -> {
          mark.run();
          if (room == null) {
            joined[0] = new Joined(true, watcher.opened(name));
          }
          return room;
        });
    return joined[0];
  }

  /**
   * A socket goes from the room named by it.
   *
   * @param mark makes {@link Socket#inOwnRoom} false
   */
  boolean removeOwner(Socket socket, Runnable mark) {
    String name = socket.id();
    boolean[] deleted = new boolean[1];
    rooms.compute(
        name,
        (key, room) -> {
          mark.run();
          if (room == null) {
            deleted[0] = true;
            watcher.closed(name);
          }
          return room;
        });
    return deleted[0];
  }

  /** The names of the rooms, without those that sockets have for themselves. */
  Set<String> names() {
    return Collections.unmodifiableSet(rooms.keySet());
  }

  int size() {
    return rooms.size();
  }

  /** Whether anybody is in a room. */
  boolean has(String room) {
    return rooms.containsKey(room) || owner(room) != null;
  }

  /** How many members a room has, the socket that it is named by included. */
  int memberCount(String room) {
    Room known = rooms.get(room);
    return (known == null ? 0 : known.members.size()) + (owner(room) == null ? 0 : 1);
  }

  /** Calls {@code action} once with each socket that the options mean. */
  void forEachMatch(BroadcastOptions options, Consumer<Socket> action) {
    Set<String> wanted = options.rooms();
    Set<Socket> excluded = excluded(options.except());
    if (wanted.isEmpty()) {
      for (Socket socket : sockets.values()) {
        if (!excluded.contains(socket)) {
          action.accept(socket);
        }
      }
      return;
    }
    // a socket may be in several of the rooms; with one room there is nothing to remember
    Set<Socket> seen = wanted.size() == 1 ? null : new HashSet<>();
    for (String room : wanted) {
      forEachMember(
          room,
          socket -> {
            if (!excluded.contains(socket) && (seen == null || seen.add(socket))) {
              action.accept(socket);
            }
          });
    }
  }

  private void forEachMember(String room, Consumer<Socket> action) {
    Room known = rooms.get(room);
    Socket owner = owner(room);
    if (known != null) {
      for (Socket socket : known.members) {
        // a socket that still waits for its middlewares may be in rooms, but hears nothing
        if (socket.connected() && socket != owner) {
          action.accept(socket);
        }
      }
    }
    if (owner != null) {
      action.accept(owner);
    }
  }

  private Set<Socket> excluded(Set<String> except) {
    if (except.isEmpty()) {
      return Set.of();
    }
    if (except.size() == 1) {
      String room = except.iterator().next();
      Room known = rooms.get(room);
      Socket owner = owner(room);
      if (known == null) {
        return owner == null ? Set.of() : Set.of(owner);
      }
      if (owner == null) {
        return known.members;
      }
    }
    Set<Socket> all = new HashSet<>();
    for (String room : except) {
      forEachMember(room, all::add);
    }
    return all;
  }

  /** The socket that is in the room named by its own id, unless it left it. */
  private @Nullable Socket owner(String room) {
    Socket socket = sockets.get(room);
    return socket != null && socket.inOwnRoom() ? socket : null;
  }
}
