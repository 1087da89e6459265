package dev.switchboard.server;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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
  private final Map<String, Set<Socket>> rooms = new ConcurrentHashMap<>();
  private final Map<String, Socket> sockets;

  /**
   * @param sockets all sockets of the namespace by id, kept by the namespace
   */
  Rooms(Map<String, Socket> sockets) {
    this.sockets = sockets;
  }

  /** Adds a socket. Returns whether the room was created by it. */
  boolean add(String room, Socket socket) {
    boolean[] created = new boolean[1];
    rooms.compute(
        room,
        (name, members) -> {
          Set<Socket> set = members;
          if (set == null) {
            created[0] = true;
            set = ConcurrentHashMap.newKeySet(1);
          }
          set.add(socket);
          return set;
        });
    return created[0];
  }

  /** Removes a socket. Returns whether the room went with it. */
  boolean remove(String room, Socket socket) {
    boolean[] deleted = new boolean[1];
    rooms.computeIfPresent(
        room,
        (name, members) -> {
          members.remove(socket);
          deleted[0] = members.isEmpty();
          return members.isEmpty() ? null : members;
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

  /** How many members a room has, the socket that it is named by included. */
  int memberCount(String room) {
    Set<Socket> members = rooms.get(room);
    return (members == null ? 0 : members.size()) + (owner(room) == null ? 0 : 1);
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
    Set<Socket> members = rooms.get(room);
    Socket owner = owner(room);
    if (members != null) {
      for (Socket socket : members) {
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
      Set<Socket> members = rooms.get(room);
      Socket owner = owner(room);
      if (members == null) {
        return owner == null ? Set.of() : Set.of(owner);
      }
      if (owner == null) {
        return members;
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
