package dev.switchboard.interop;

import dev.switchboard.server.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The sockets that want to know of each other socket of their namespace that goes. Any thread. */
final class Watchers {
  private final Set<Socket> watchers = ConcurrentHashMap.newKeySet();

  void add(Socket socket) {
    watchers.add(socket);
  }

  void tellOfTheEndOf(Socket socket) {
    AtomicReference<List<String>> rooms = new AtomicReference<>(List.of());
    socket.onDisconnecting(reason -> rooms.set(sorted(socket.rooms())));
    socket.onDisconnect(
        reason -> {
          watchers.remove(socket);
          Map<String, Object> gone =
              Map.of(
                  "id", socket.id(),
                  "reason", reason.text(),
                  "rooms", rooms.get(),
                  "left", sorted(socket.rooms()));
          for (Socket watcher : watchers) {
            if (watcher.namespace() == socket.namespace()) {
              watcher.emit("ctl:gone", gone);
            }
          }
        });
  }

  static List<String> sorted(Set<String> names) {
    return List.copyOf(new TreeSet<>(names));
  }
}
