package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.json.Json;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A node that keeps what reaches it. */
final class RecordingContext implements AdapterContext {
  final LinkedBlockingQueue<ClusterMessage> messages = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<String> senders = new LinkedBlockingQueue<>();

  /** Runs before each message is kept. */
  volatile Runnable onArrival = () -> {};

  final LinkedBlockingQueue<String> offsets = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<ClusterReply> replies = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<String> malformed = new LinkedBlockingQueue<>();
  final Set<String> privateRooms = ConcurrentHashMap.newKeySet();
  final Set<String> rooms = ConcurrentHashMap.newKeySet();
  private final Json json = Json.create();
  private final String namespace;
  private final @Nullable Duration recoveryWindow;

  RecordingContext(String namespace) {
    this(namespace, null);
  }

  /** A node whose clients can resume their sessions, for so long. */
  RecordingContext(String namespace, @Nullable Duration recoveryWindow) {
    this.namespace = namespace;
    this.recoveryWindow = recoveryWindow;
  }

  @Override
  public Optional<Duration> recoveryWindow() {
    return Optional.ofNullable(recoveryWindow);
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public Json json() {
    return json;
  }

  @Override
  public void onMessage(String serverId, ClusterMessage message, String offset) {
    onArrival.run();
    senders.add(serverId);
    offsets.add(offset);
    messages.add(message);
  }

  @Override
  public void onReply(ClusterReply reply) {
    replies.add(reply);
  }

  @Override
  public void onMalformed(String description) {
    malformed.add(description);
  }

  @Override
  public boolean isPrivateRoom(String room) {
    return privateRooms.contains(room);
  }

  @Override
  public boolean hasRoom(String room) {
    return rooms.contains(room);
  }
}
