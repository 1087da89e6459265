package dev.switchboard.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The rooms that one socket is in.
 *
 * <p>Any thread. Its lock covers the socket's own list and the namespace's, so that a join that
 * races with the end of the socket is either undone by it or does nothing; no code of the
 * application runs under it.
 */
final class JoinedRooms {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  private final Socket socket;
  private final Namespace namespace;
  private @Nullable List<String> names; // few, or none: a list costs less than a set
  private volatile boolean inOwn;
  private boolean closed;

  JoinedRooms(Socket socket, Namespace namespace) {
    this.socket = socket;
    this.namespace = namespace;
  }

  CompletionStage<Void> join(Collection<String> wanted) {
    CompletionStage<Void> all = DONE;
    for (String room : wanted) {
      CompletionStage<Void> one = join(room);
      all = all == DONE ? one : all.thenCompose(done -> one);
    }
    return all;
  }

  private CompletionStage<Void> join(String room) {
    if (!room.equals(socket.id())) {
      namespace.checkRoomName(room);
    }
    Rooms.Joined joined;
    synchronized (this) {
      if (closed || has(room)) {
        return DONE;
      }
      if (room.equals(socket.id())) {
        joined = namespace.rooms().addOwner(socket, () -> inOwn = true);
      } else {
        if (names == null) {
          names = new ArrayList<>(2);
        } else if (names.size() >= namespace.limits().roomsPerSocket()) {
          throw new IllegalArgumentException(
              "a socket may be in "
                  + namespace.limits().roomsPerSocket()
                  + " rooms at most; raise LimitSettings.roomsPerSocket");
        }
        names.add(room);
        joined = namespace.rooms().add(room, socket);
      }
    }
    namespace.joined(room, socket, joined.created());
    return joined.reached();
  }

  void leave(Collection<String> unwanted) {
    for (String room : unwanted) {
      boolean deleted;
      synchronized (this) {
        if (closed || !has(room)) {
          continue;
        }
        forgetName(room);
        deleted = removeFrom(room);
      }
      namespace.left(room, socket, deleted);
    }
  }

  private boolean removeFrom(String room) {
    return room.equals(socket.id())
        ? namespace.rooms().removeOwner(socket, () -> inOwn = false)
        : namespace.rooms().remove(room, socket);
  }

  private void forgetName(String room) {
    if (names != null) {
      names.remove(room);
    }
  }

  /** Leaves all rooms, for good. What they were is still in {@link #all} until {@link #forget}. */
  Set<String> close() {
    Set<String> before;
    List<String> deleted = new ArrayList<>(1);
    synchronized (this) {
      if (closed) {
        return Set.of();
      }
      closed = true;
      before = all();
      for (String room : before) {
        if (removeFrom(room)) {
          deleted.add(room);
        }
      }
    }
    for (String room : before) {
      namespace.left(room, socket, deleted.contains(room));
    }
    synchronized (this) {
      names = before.isEmpty() ? null : new ArrayList<>(before);
    }
    return before;
  }

  /** The socket is gone, and its {@code disconnecting} handlers have run. */
  synchronized void forget() {
    names = null;
  }

  synchronized Set<String> all() {
    Set<String> all = names == null ? new HashSet<>() : new HashSet<>(names);
    if (inOwn) {
      all.add(socket.id());
    }
    return all;
  }

  boolean inOwn() {
    return inOwn;
  }

  private boolean has(String room) {
    return room.equals(socket.id()) ? inOwn : names != null && names.contains(room);
  }
}
