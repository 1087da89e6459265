package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.MsgPack;
import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Args;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages that the reference's {@code ClusterAdapter} sends, whatever carries them: a map of
 * {@code type}, {@code data}, {@code uid} and {@code nsp}. The sharded adapter sends them as JSON,
 * or as msgpack if there is binary in them; the streams adapter as msgpack over pub/sub, and in
 * parts in the entries of a stream. Any thread.
 */
final class ClusterCodec {
  /** By which an emitter, which nobody can answer, is known. */
  static final String EMITTER = "emitter";

  private static final int MAX_DEPTH = 100;
  private static final int EVENT = 2;

  private static final int INITIAL_HEARTBEAT = 1;
  private static final int HEARTBEAT = 2;
  private static final int BROADCAST = 3;
  private static final int SOCKETS_JOIN = 4;
  private static final int SOCKETS_LEAVE = 5;
  private static final int DISCONNECT_SOCKETS = 6;
  private static final int FETCH_SOCKETS = 7;
  private static final int FETCH_SOCKETS_RESPONSE = 8;
  private static final int SERVER_SIDE_EMIT = 9;
  private static final int SERVER_SIDE_EMIT_RESPONSE = 10;
  private static final int BROADCAST_CLIENT_COUNT = 11;
  private static final int BROADCAST_ACK = 12;
  private static final int ADAPTER_CLOSE = 13;

  private static final Incoming NOTHING = new Incoming.Nothing();

  private final String uid;
  private final String namespace;
  private final Json json;
  private final Trees trees;

  ClusterCodec(String uid, String namespace, Json json) {
    this.uid = uid;
    this.namespace = namespace;
    this.json = json;
    this.trees = new Trees(json);
  }

  /** What was read. */
  sealed interface Incoming {
    /**
     * A message of another node.
     *
     * @param recoverable whether it is one of those that clients get later if they missed it: an
     *     event that is neither volatile nor asks for an acknowledgement
     */
    record Message(String uid, ClusterMessage message, boolean recoverable) implements Incoming {}

    /** An answer to this node. */
    record Reply(ClusterReply reply) implements Incoming {}

    /** A message of this node, or for another namespace, or a heartbeat. */
    record Nothing() implements Incoming {}
  }

  /** A message as the fields of an entry in a stream. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not copied
  record Entry(String uid, String nsp, String type, byte @Nullable [] data) {}

  /** As JSON, or as msgpack if there is binary in it. */
  byte[] plain(ClusterMessage message) {
    return plain(envelope(type(message), data(message)));
  }

  /** As JSON, or as msgpack if there is binary in it. */
  byte[] plain(ClusterReply reply) {
    return plain(envelope(type(reply), data(reply, false)));
  }

  /** As msgpack. */
  byte[] packed(ClusterMessage message) {
    return trees.msgPack(envelope(type(message), data(message)));
  }

  /** As msgpack. */
  byte[] packed(ClusterReply reply) {
    return trees.msgPack(envelope(type(reply), data(reply, true)));
  }

  /**
   * As an entry of a stream: the data as JSON, or as msgpack in base64 if there is binary in it.
   *
   * @param onlyPlaintext JSON in any case, with binary as the reference's {@code JSON.stringify}
   *     writes it
   */
  Entry entry(ClusterMessage message, boolean onlyPlaintext) {
    Map<String, @Nullable Object> data = data(message);
    JsonOutput out = new JsonOutput();
    json.write(data, out);
    byte[] text;
    if (out.attachments().isEmpty()) {
      text = out.toByteArray();
    } else if (onlyPlaintext) {
      text = trees.json(data);
    } else {
      text = Base64.getEncoder().encode(trees.msgPack(data));
    }
    return new Entry(uid, namespace, Integer.toString(type(message)), text);
  }

  private byte[] plain(Map<String, @Nullable Object> envelope) {
    JsonOutput out = new JsonOutput();
    json.write(envelope, out);
    return out.attachments().isEmpty() ? out.toByteArray() : trees.msgPack(envelope);
  }

  private Map<String, @Nullable Object> envelope(int type, Map<String, @Nullable Object> data) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>(8);
    map.put("type", type);
    map.put("data", data);
    map.put("uid", uid);
    map.put("nsp", namespace);
    return map;
  }

  private static int type(ClusterMessage message) {
    if (message instanceof ClusterMessage.Broadcast) {
      return BROADCAST;
    } else if (message instanceof ClusterMessage.SocketsJoin) {
      return SOCKETS_JOIN;
    } else if (message instanceof ClusterMessage.SocketsLeave) {
      return SOCKETS_LEAVE;
    } else if (message instanceof ClusterMessage.DisconnectSockets) {
      return DISCONNECT_SOCKETS;
    } else if (message instanceof ClusterMessage.FetchSockets) {
      return FETCH_SOCKETS;
    }
    return SERVER_SIDE_EMIT;
  }

  private Map<String, @Nullable Object> data(ClusterMessage message) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>(4);
    if (message instanceof ClusterMessage.Broadcast broadcast) {
      data.put("packet", packet(broadcast));
      if (broadcast.requestId() != null) {
        data.put("requestId", broadcast.requestId());
      }
      data.put("opts", options(broadcast.options()));
    } else if (message instanceof ClusterMessage.SocketsJoin join) {
      data.put("opts", options(join.options()));
      data.put("rooms", join.rooms());
    } else if (message instanceof ClusterMessage.SocketsLeave leave) {
      data.put("opts", options(leave.options()));
      data.put("rooms", leave.rooms());
    } else if (message instanceof ClusterMessage.DisconnectSockets disconnect) {
      data.put("opts", options(disconnect.options()));
      data.put("close", disconnect.close());
    } else if (message instanceof ClusterMessage.FetchSockets fetch) {
      data.put("opts", options(fetch.options()));
      data.put("requestId", fetch.requestId());
    } else if (message instanceof ClusterMessage.ServerSideEmit emit) {
      if (emit.requestId() != null) {
        data.put("requestId", emit.requestId());
      }
      data.put("packet", event(emit.event(), emit.args()));
    }
    return data;
  }

  private Map<String, @Nullable Object> packet(ClusterMessage.Broadcast broadcast) {
    Map<String, @Nullable Object> packet = new LinkedHashMap<>(4);
    packet.put("type", EVENT);
    packet.put("data", event(broadcast.event(), broadcast.args()));
    if (uid.equals(EMITTER)) {
      packet.put("nsp", namespace); // a node's own packet has none yet at this point
    }
    return packet;
  }

  private static List<@Nullable Object> event(String name, Args args) {
    List<@Nullable Object> data = new ArrayList<>(args.size() + 1);
    data.add(name);
    data.addAll(args.values());
    return data;
  }

  private static Map<String, @Nullable Object> options(BroadcastOptions options) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>(4);
    map.put("rooms", Trees.rooms(options.rooms()));
    map.put("except", Trees.rooms(options.except()));
    map.put("flags", Flags.write(options));
    return map;
  }

  private static int type(ClusterReply reply) {
    if (reply instanceof ClusterReply.Sockets) {
      return FETCH_SOCKETS_RESPONSE;
    } else if (reply instanceof ClusterReply.ServerSide) {
      return SERVER_SIDE_EMIT_RESPONSE;
    } else if (reply instanceof ClusterReply.ClientCount) {
      return BROADCAST_CLIENT_COUNT;
    }
    return BROADCAST_ACK;
  }

  /**
   * @param absentIsNil how an answer without a value is written: {@code @msgpack/msgpack} writes
   *     nil for {@code undefined}, the others leave the key out
   */
  private static Map<String, @Nullable Object> data(ClusterReply reply, boolean absentIsNil) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>(4);
    data.put("requestId", reply.requestId());
    if (reply instanceof ClusterReply.Sockets sockets) {
      data.put("sockets", sockets.sockets().stream().map(ClusterCodec::snapshot).toList());
    } else if (reply instanceof ClusterReply.ServerSide answer) {
      putFirst(data, answer.args(), absentIsNil);
    } else if (reply instanceof ClusterReply.ClientCount count) {
      data.put("clientCount", count.count());
    } else if (reply instanceof ClusterReply.ClientAck ack) {
      putFirst(data, ack.args(), absentIsNil);
    }
    return data;
  }

  private static void putFirst(Map<String, @Nullable Object> data, Args args, boolean absentIsNil) {
    if (args.size() > 0) {
      data.put("packet", args.values().get(0));
    } else if (absentIsNil) {
      data.put("packet", null);
    }
  }

  private static Map<String, @Nullable Object> snapshot(SocketSnapshot socket) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>(8);
    map.put("id", socket.id());
    map.put("handshake", socket.handshake());
    map.put("rooms", List.copyOf(socket.rooms()));
    map.put("data", socket.data());
    return map;
  }

  /**
   * Reads a message that came as JSON or as msgpack.
   *
   * @throws RuntimeException if it is neither, or no message
   */
  Incoming read(byte[] bytes) {
    Object tree =
        bytes.length > 0 && bytes[0] == '{'
            ? trees.readJson(new String(bytes, UTF_8))
            : MsgPack.decode(bytes, MAX_DEPTH);
    Map<?, ?> map = Trees.map(tree, "message");
    if (uid.equals(map.get("uid"))) {
      return NOTHING;
    }
    return read(
        Trees.integer(map.get("type"), "type"), map.get("uid"), map.get("nsp"), map.get("data"));
  }

  /**
   * Reads an entry of a stream.
   *
   * @throws RuntimeException if it is no message
   */
  Incoming read(Entry entry) {
    return uid.equals(entry.uid()) ? NOTHING : readOfAnybody(entry);
  }

  /** As {@link #read(Entry)}, also if it is of this node. */
  Incoming readOfAnybody(Entry entry) {
    int type;
    try {
      type = Integer.parseInt(entry.type());
    } catch (NumberFormatException e) {
      throw new PacketFormatException("the type is no number");
    }
    byte[] data = entry.data();
    Object tree;
    if (data == null || data.length == 0) {
      tree = null;
    } else if (data[0] == '{') {
      tree = trees.readJson(new String(data, UTF_8));
    } else {
      tree = MsgPack.decode(Base64.getDecoder().decode(data), MAX_DEPTH);
    }
    return read(type, entry.uid(), entry.nsp(), tree);
  }

  private Incoming read(
      int type, @Nullable Object sender, @Nullable Object nsp, @Nullable Object tree) {
    if (!namespace.equals(nsp)) {
      return NOTHING;
    }
    String from = Trees.text(sender, "uid");
    if (type == INITIAL_HEARTBEAT || type == HEARTBEAT || type == ADAPTER_CLOSE) {
      return NOTHING; // of older streams adapters
    }
    Map<?, ?> data = Trees.map(tree, "data");
    return switch (type) {
      case FETCH_SOCKETS_RESPONSE,
          SERVER_SIDE_EMIT_RESPONSE,
          BROADCAST_CLIENT_COUNT,
          BROADCAST_ACK ->
          new Incoming.Reply(reply(type, data));
      default -> new Incoming.Message(from, message(type, data), isRecoverable(type, data));
    };
  }

  private static boolean isRecoverable(int type, Map<?, ?> data) {
    return type == BROADCAST
        && data.get("requestId") == null
        && data.get("packet") instanceof Map<?, ?> packet
        && packet.get("id") == null
        && !readOptions(data).isVolatile();
  }

  private static ClusterMessage message(int type, Map<?, ?> data) {
    return switch (type) {
      case BROADCAST -> {
        List<?> event = Trees.list(Trees.map(data.get("packet"), "packet").get("data"), "event");
        yield new ClusterMessage.Broadcast(
            name(event), rest(event), readOptions(data), requestId(data));
      }
      case SOCKETS_JOIN ->
          new ClusterMessage.SocketsJoin(
              readOptions(data), List.copyOf(Trees.names(data.get("rooms"))));
      case SOCKETS_LEAVE ->
          new ClusterMessage.SocketsLeave(
              readOptions(data), List.copyOf(Trees.names(data.get("rooms"))));
      case DISCONNECT_SOCKETS ->
          new ClusterMessage.DisconnectSockets(
              readOptions(data), Boolean.TRUE.equals(data.get("close")));
      case FETCH_SOCKETS ->
          new ClusterMessage.FetchSockets(
              readOptions(data), Trees.text(data.get("requestId"), "requestId"));
      case SERVER_SIDE_EMIT -> {
        List<?> event = Trees.list(data.get("packet"), "packet");
        yield new ClusterMessage.ServerSideEmit(name(event), rest(event), requestId(data));
      }
      default -> throw new PacketFormatException("a message of the unknown type " + type);
    };
  }

  private static ClusterReply reply(int type, Map<?, ?> data) {
    String requestId = Trees.text(data.get("requestId"), "requestId");
    return switch (type) {
      case FETCH_SOCKETS_RESPONSE -> {
        List<SocketSnapshot> sockets = new ArrayList<>();
        for (Object socket : Trees.list(data.get("sockets"), "sockets")) {
          sockets.add(readSnapshot(Trees.map(socket, "socket")));
        }
        yield new ClusterReply.Sockets(requestId, sockets);
      }
      case SERVER_SIDE_EMIT_RESPONSE -> new ClusterReply.ServerSide(requestId, first(data));
      case BROADCAST_CLIENT_COUNT ->
          new ClusterReply.ClientCount(
              requestId, Trees.integer(data.get("clientCount"), "clientCount"));
      default -> new ClusterReply.ClientAck(requestId, first(data));
    };
  }

  private static @Nullable String requestId(Map<?, ?> data) {
    return data.get("requestId") == null ? null : Trees.text(data.get("requestId"), "requestId");
  }

  private static String name(List<?> event) {
    return Trees.name(event.isEmpty() ? null : event.get(0));
  }

  private static Args rest(List<?> event) {
    return Args.ofList(event.subList(1, event.size()));
  }

  private static Args first(Map<?, ?> data) {
    return data.containsKey("packet")
        ? Args.of(new @Nullable Object[] {data.get("packet")})
        : Args.none();
  }

  private static BroadcastOptions readOptions(Map<?, ?> data) {
    Object options = data.get("opts");
    return options == null ? BroadcastOptions.ALL : Flags.read(Trees.map(options, "opts"));
  }

  private static SocketSnapshot readSnapshot(Map<?, ?> map) {
    Map<String, @Nullable Object> handshake = new LinkedHashMap<>();
    if (map.get("handshake") instanceof Map<?, ?> given) {
      given.forEach((key, value) -> handshake.put(String.valueOf(key), value));
    }
    return new SocketSnapshot(
        Trees.text(map.get("id"), "id"),
        handshake,
        Set.copyOf(Trees.names(map.get("rooms"))),
        map.get("data"));
  }
}
