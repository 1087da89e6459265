package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.json.Json;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** A node that keeps what reaches it. */
final class RecordingContext implements AdapterContext {
  final LinkedBlockingQueue<ClusterMessage> messages = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<String> senders = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<ClusterReply> replies = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<String> malformed = new LinkedBlockingQueue<>();
  final Set<String> privateRooms = ConcurrentHashMap.newKeySet();
  final Set<String> rooms = ConcurrentHashMap.newKeySet();
  private final Json json = Json.create();
  private final String namespace;

  RecordingContext(String namespace) {
    this.namespace = namespace;
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
    senders.add(serverId);
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
