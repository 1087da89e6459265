package dev.switchboard.client;

import dev.switchboard.client.engine.ClientLoop;
import dev.switchboard.client.engine.ClientLoop.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The calls of one socket that wait for an acknowledgement. Of the loop. */
final class PendingCalls {
  private record Pending(Outgoing call, Timer timer) {}

  private final ClientLoop loop;
  private final Map<Long, Pending> pending = new HashMap<>(4);

  PendingCalls(ClientLoop loop) {
    this.loop = loop;
  }

  /**
   * Waits for an acknowledgement.
   *
   * @param onTimeout is called if it does not come in time; the call is forgotten then
   */
  void add(Outgoing call, Consumer<Outgoing> onTimeout) {
    Timer timer =
        call.timeout == null
            ? Timer.NONE
            : loop.schedule(
                () -> {
                  if (pending.remove(call.id) != null) {
                    onTimeout.accept(call);
                  }
                },
                call.timeout);
    pending.put(call.id, new Pending(call, timer));
  }

  /** Forgets a call and gives it back; null if it is not waited for. */
  @Nullable Outgoing remove(long id) {
    Pending gone = pending.remove(id);
    if (gone == null) {
      return null;
    }
    gone.timer.cancel();
    return gone.call;
  }

  /** Forgets all calls but those that still wait to be sent, and gives them back, in order. */
  List<Outgoing> removeSent(Set<Outgoing> unsent) {
    List<Outgoing> sent = new ArrayList<>();
    for (Pending each : List.copyOf(pending.values())) {
      if (!unsent.contains(each.call)) {
        remove(each.call.id);
        sent.add(each.call);
      }
    }
    sent.sort(Comparator.comparingLong(call -> call.id));
    return sent;
  }

  int size() {
    return pending.size();
  }
}
