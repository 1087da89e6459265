package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Args;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The layouts of the classic adapter, byte for byte as the reference's. A peer's kind of request
 * that the {@link ClusterMessage}s do not know is turned into one that they do, and {@link Asker}
 * says how its answer has to look. Any thread.
 */
final class ClassicCodec {
  private static final int EVENT = 2;
  private static final String EMITTER = "emitter";

  private final String uid;
  private final String namespace;
  private final Json json;
  private final Trees trees;
  private final ClassicParser parser;

  ClassicCodec(String uid, String namespace, Json json, ClassicParser parser) {
    this.uid = uid;
    this.namespace = namespace;
    this.json = json;
    this.trees = new Trees(json);
    this.parser = parser;
  }

  /** Writes as the reference's emitter does, which has no answers to wait for. */
  static ClassicCodec ofEmitter(String namespace, Json json, ClassicParser parser) {
    return new ClassicCodec(EMITTER, namespace, json, parser);
  }

  private boolean isEmitter() {
    return uid.equals(EMITTER);
  }

  /** Whom to answer, and in which shape: what the adapter gives out as a server's id. */
  record Asker(String shape, String uid) {
    static final String FULL = "full";
    static final String IDS = "ids";
    static final String ROOMS = "rooms";

    static Asker of(String serverId) {
      int colon = serverId.indexOf(':');
      return new Asker(serverId.substring(0, colon), serverId.substring(colon + 1));
    }

    String serverId() {
      return shape + ":" + uid;
    }
  }

  byte[] broadcast(ClusterMessage.Broadcast message) {
    List<@Nullable Object> parts = new ArrayList<>();
    parts.add(uid);
    parts.add(packet(message));
    parts.add(options(message.options(), true));
    return encode(parts);
  }

  byte[] request(ClusterMessage message) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (!isEmitter() || message instanceof ClusterMessage.ServerSideEmit) {
      map.put("uid", uid);
    }
    if (message instanceof ClusterMessage.Broadcast broadcast) {
      map.put("requestId", broadcast.requestId());
      map.put("type", 7);
      map.put("packet", packet(broadcast));
      map.put("opts", options(broadcast.options(), true));
      return encode(map);
    } else if (message instanceof ClusterMessage.SocketsJoin join) {
      map.put("type", 2);
      map.put("opts", options(join.options(), false));
      map.put("rooms", join.rooms());
    } else if (message instanceof ClusterMessage.SocketsLeave leave) {
      map.put("type", 3);
      map.put("opts", options(leave.options(), false));
      map.put("rooms", leave.rooms());
    } else if (message instanceof ClusterMessage.DisconnectSockets disconnect) {
      map.put("type", 4);
      map.put("opts", options(disconnect.options(), false));
      map.put("close", disconnect.close());
    } else if (message instanceof ClusterMessage.FetchSockets fetch) {
      map.put("requestId", fetch.requestId());
      map.put("type", 5);
      map.put("opts", options(fetch.options(), false));
    } else if (message instanceof ClusterMessage.ServerSideEmit emit) {
      if (emit.requestId() != null) {
        map.put("requestId", emit.requestId());
      }
      map.put("type", 6);
      map.put("data", event(emit.event(), emit.args()));
    }
    return trees.json(map);
  }

  byte[] reply(Asker asker, ClusterReply reply) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (reply instanceof ClusterReply.Sockets sockets) {
      map.put("requestId", sockets.requestId());
      switch (asker.shape()) {
        case Asker.IDS ->
            map.put("sockets", sockets.sockets().stream().map(SocketSnapshot::id).toList());
        case Asker.ROOMS -> {
          Set<String> rooms = new LinkedHashSet<>();
          sockets.sockets().forEach(socket -> rooms.addAll(socket.rooms()));
          map.put("rooms", List.copyOf(rooms));
        }
        default ->
            map.put("sockets", sockets.sockets().stream().map(ClassicCodec::snapshot).toList());
      }
    } else if (reply instanceof ClusterReply.ServerSide answer) {
      map.put("type", 6);
      map.put("requestId", answer.requestId());
      putFirst(map, "data", answer.args());
    } else if (reply instanceof ClusterReply.ClientCount count) {
      map.put("type", 8);
      map.put("requestId", count.requestId());
      map.put("clientCount", count.count());
    } else if (reply instanceof ClusterReply.ClientAck ack) {
      map.put("type", 9);
      map.put("requestId", ack.requestId());
      putFirst(map, "packet", ack.args());
      return encode(map);
    }
    return trees.json(map);
  }

  void readBroadcast(byte[] bytes, AdapterContext context) {
    List<?> parts = Trees.list(parser.decode(bytes), "broadcast");
    if (parts.size() < 2) {
      throw new PacketFormatException("a broadcast of " + parts.size() + " parts");
    }
    String sender = Trees.text(parts.get(0), "uid");
    Map<?, ?> packet = Trees.map(parts.get(1), "packet");
    Object nsp = packet.get("nsp");
    if (sender.equals(uid) || !namespace.equals(nsp == null ? "/" : nsp)) {
      return;
    }
    BroadcastOptions options = readOptions(parts.size() < 3 ? null : parts.get(2));
    context.onMessage(
        new Asker(Asker.FULL, sender).serverId(), readEvent(packet, options, null), "");
  }

  void readRequest(byte[] bytes, AdapterContext context, Consumer<byte[]> answer) {
    Map<?, ?> map = Trees.map(read(bytes), "request");
    if (map.containsKey("requestid")) {
      return; // of version 5, whose types mean something else
    }
    String sender = map.get("uid") instanceof String text ? text : "";
    if (sender.equals(uid)) {
      return;
    }
    String requestId = map.get("requestId") instanceof String text ? text : null;
    int type = Trees.integer(map.get("type"), "type");
    String shape = type == 0 ? Asker.IDS : type == 1 ? Asker.ROOMS : Asker.FULL;
    if (map.get("opts") == null && type >= 2 && type <= 4) {
      legacy(type, map, requestId, context, answer);
      return;
    }
    ClusterMessage message = message(type, map, requestId);
    if (message != null) {
      context.onMessage(new Asker(shape, sender).serverId(), message, "");
    }
  }

  private static @Nullable ClusterMessage message(
      int type, Map<?, ?> map, @Nullable String requestId) {
    return switch (type) {
      case 0 ->
          requestId == null
              ? null
              : new ClusterMessage.FetchSockets(
                  BroadcastOptions.ALL.to(Trees.names(map.get("rooms"))), requestId);
      case 1 ->
          requestId == null
              ? null
              : new ClusterMessage.FetchSockets(BroadcastOptions.ALL, requestId);
      case 2 ->
          new ClusterMessage.SocketsJoin(
              readOptions(map.get("opts")), List.copyOf(Trees.names(map.get("rooms"))));
      case 3 ->
          new ClusterMessage.SocketsLeave(
              readOptions(map.get("opts")), List.copyOf(Trees.names(map.get("rooms"))));
      case 4 ->
          new ClusterMessage.DisconnectSockets(
              readOptions(map.get("opts")), Boolean.TRUE.equals(map.get("close")));
      case 5 ->
          requestId == null
              ? null
              : new ClusterMessage.FetchSockets(
                  Flags.read(Trees.map(map.get("opts"), "opts")), requestId);
      case 6 -> {
        List<?> data = Trees.list(map.get("data"), "data");
        yield new ClusterMessage.ServerSideEmit(name(data), rest(data), requestId);
      }
      case 7 ->
          readEvent(
              Trees.map(map.get("packet"), "packet"),
              Flags.read(Trees.map(map.get("opts"), "opts")),
              requestId);
      default -> throw new PacketFormatException("a request of the unknown type " + type);
    };
  }

  /** Requests of the versions before 7 name one socket, and its server alone answers. */
  private void legacy(
      int type,
      Map<?, ?> map,
      @Nullable String requestId,
      AdapterContext context,
      Consumer<byte[]> answer) {
    String sid = Trees.text(map.get("sid"), "sid");
    if (!context.isPrivateRoom(sid)) {
      return;
    }
    BroadcastOptions options = BroadcastOptions.room(sid);
    ClusterMessage message =
        switch (type) {
          case 2 -> new ClusterMessage.SocketsJoin(options, List.of(Trees.name(map.get("room"))));
          case 3 -> new ClusterMessage.SocketsLeave(options, List.of(Trees.name(map.get("room"))));
          default ->
              new ClusterMessage.DisconnectSockets(options, Boolean.TRUE.equals(map.get("close")));
        };
    context.onMessage(new Asker(Asker.FULL, "").serverId(), message, "");
    if (requestId != null) {
      answer.accept(trees.json(Map.of("requestId", requestId)));
    }
  }

  void readReply(byte[] bytes, AdapterContext context) {
    Map<?, ?> map = Trees.map(read(bytes), "reply");
    if (map.isEmpty() || map.containsKey("requestid")) {
      return; // old servers' answers to those who did not ask for one, or of version 5
    }
    if (!(map.get("requestId") instanceof String requestId)) {
      throw new PacketFormatException("a reply without a requestId");
    }
    int type = map.get("type") == null ? -1 : Trees.integer(map.get("type"), "type");
    if (type == 6) {
      context.onReply(new ClusterReply.ServerSide(requestId, first(map, "data")));
    } else if (type == 8) {
      int count = Trees.integer(map.get("clientCount"), "clientCount");
      context.onReply(new ClusterReply.ClientCount(requestId, count));
    } else if (type == 9) {
      context.onReply(new ClusterReply.ClientAck(requestId, first(map, "packet")));
    } else if (map.get("sockets") instanceof List<?> sockets) {
      List<SocketSnapshot> all = new ArrayList<>(sockets.size());
      for (Object socket : sockets) {
        if (socket instanceof String) {
          return; // the answer to a request that we never send
        }
        all.add(readSnapshot(Trees.map(socket, "socket")));
      }
      context.onReply(new ClusterReply.Sockets(requestId, all));
    }
  }

  private @Nullable Object read(byte[] bytes) {
    return bytes.length > 0 && bytes[0] == '{'
        ? trees.readJson(new String(bytes, UTF_8))
        : parser.decode(bytes);
  }

  private byte[] encode(Object tree) {
    return parser == ClassicParser.MSGPACK
        ? trees.msgPack(tree) // saves a copy of the tree
        : parser.encode(json.toTree(tree));
  }

  private Map<String, @Nullable Object> packet(ClusterMessage.Broadcast message) {
    Map<String, @Nullable Object> packet = new LinkedHashMap<>();
    packet.put("type", EVENT);
    packet.put("data", event(message.event(), message.args()));
    packet.put("nsp", namespace);
    return packet;
  }

  private static List<@Nullable Object> event(String name, Args args) {
    List<@Nullable Object> data = new ArrayList<>();
    data.add(name);
    data.addAll(args.values());
    return data;
  }

  private static ClusterMessage.Broadcast readEvent(
      Map<?, ?> packet, BroadcastOptions options, @Nullable String requestId) {
    List<?> data = Trees.list(packet.get("data"), "data");
    return new ClusterMessage.Broadcast(name(data), rest(data), options, requestId);
  }

  private static String name(List<?> data) {
    return Trees.name(data.isEmpty() ? null : data.get(0));
  }

  private static Args rest(List<?> data) {
    return Args.ofList(data.subList(1, data.size()));
  }

  private static Args first(Map<?, ?> map, String key) {
    return map.containsKey(key) ? Args.of(new @Nullable Object[] {map.get(key)}) : Args.none();
  }

  private static void putFirst(Map<String, @Nullable Object> map, String key, Args args) {
    if (args.size() > 0) {
      map.put(key, args.values().get(0));
    }
  }

  /** The order of the keys is the reference's, which is another in its emitter. */
  private Map<String, @Nullable Object> options(BroadcastOptions options, boolean flags) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("rooms", Trees.rooms(options.rooms()));
    if (flags && isEmitter()) {
      map.put("flags", Flags.write(options));
    }
    map.put("except", Trees.rooms(options.except()));
    if (flags && !isEmitter()) {
      map.put("flags", Flags.write(options));
    }
    return map;
  }

  private static BroadcastOptions readOptions(@Nullable Object tree) {
    return tree == null ? BroadcastOptions.ALL : Flags.read(Trees.map(tree, "opts"));
  }

  private static Map<String, @Nullable Object> snapshot(SocketSnapshot socket) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("id", socket.id());
    map.put("handshake", socket.handshake());
    map.put("rooms", List.copyOf(socket.rooms()));
    map.put("data", socket.data());
    return map;
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
