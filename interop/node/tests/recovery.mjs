// Connection state recovery with the official client. Profile cluster with RECOVERY=1.
// Options: modes=polling,websocket,upgrade parser=msgpack (with PARSER=msgpack).
import assert from "node:assert/strict";
import { check, listOption, option, runChecks, until, url } from "./lib/checks.mjs";
import {
  alongside,
  collect,
  connect,
  connected,
  ctl,
  kinds,
  msgpack,
  next,
  settled,
} from "./lib/clients.mjs";

const common = option("parser") === "msgpack" ? { parser: msgpack() } : {};
const modes = listOption("modes", "polling,websocket,upgrade");

let counter = 0;
const freshNamespace = () => `/dyn-${++counter}`;
// an event's arguments end with its offset
const withoutOffset = (list) => list.map((args) => args.slice(0, -1));

for (const kind of kinds(["4.8"], modes)) {
  const by = (name, body) => check(`${kind.mode}: ${name}`, body);

  /** A socket in room "lobby", and another that watches it and can emit to it. */
  const pair = async (scope, options = {}) => {
    const namespace = options.namespace ?? freshNamespace();
    const settings = { ...common, namespace, ...options };
    const socket = await connect(scope, kind, url, settings);
    const other = await connect(scope, kind, url, settings);
    await ctl(other, "watch");
    await ctl(socket, "join", { rooms: "lobby" });
    assert.equal(socket.recovered, false);
    // without an offset there is nothing to recover from
    const first = next(socket, "first");
    await ctl(other, "emit", { to: socket.id, event: "first" });
    assert.match((await first)[0], /./);
    return { socket, other };
  };

  /** Cuts the connection of a socket; is back when the server knows. */
  const cut = async (socket, other, how = (engine) => engine.close()) => {
    const gone = next(other, "ctl:gone");
    const lost = next(socket, "disconnect");
    how(socket.io.engine);
    await lost;
    return (await gone)[0];
  };

  const reconnect = async (socket) => {
    socket.connect();
    await connected(socket);
  };

  by("a socket comes back with its id, rooms and data, and misses nothing", async (scope) => {
    const { socket, other } = await pair(scope);
    const { id } = socket;
    await ctl(socket, "data", { set: { name: "ann" } });
    const { reason } = await cut(socket, other);
    assert.equal(reason, "transport close");
    const seen = collect(socket, "news");
    const emit = (q, ...args) => ctl(other, "emit", { ...q, event: "news", args });
    await emit({ to: "lobby" }, 1, { two: [2] });
    await emit({}, "to all");
    await emit({ to: "elsewhere" }, "not for it");
    await emit({ except: "lobby" }, "not for it either");
    await emit({ to: id }, "to it alone");
    await emit({ from: "socket" }, "from a socket");
    await reconnect(socket);
    assert.equal(socket.recovered, true);
    assert.equal(socket.id, id);
    const { recovered, rooms } = await ctl(socket, "whoami");
    assert.deepEqual({ recovered, rooms }, { recovered: true, rooms: [id, "lobby"].sort() });
    const missed = [[1, { two: [2] }], ["to all"], ["to it alone"], ["from a socket"]];
    assert.deepEqual(withoutOffset(seen), missed);
    const { sockets } = await ctl(other, "fetchSockets", { to: "lobby" });
    assert.deepEqual(sockets.map((s) => [s.id, s.data]), [[id, { name: "ann" }]]);
    await emit({ to: "lobby" }, "and on");
    await settled(socket);
    assert.deepEqual(withoutOffset(seen).at(-1), ["and on"]);
  });

  by("missed events are replayed in order, each once", async (scope) => {
    const { socket, other } = await pair(scope);
    const seen = collect(socket, "n");
    await cut(socket, other);
    const acks = [];
    for (let n = 0; n < 300; n++) acks.push(ctl(other, "emit", { event: "n", args: [n] }));
    await Promise.all(acks);
    await reconnect(socket);
    await settled(socket);
    assert.deepEqual(seen.map(([n]) => n), Array.from({ length: 300 }, (_, n) => n));
  });

  by("missed binary is replayed as it was", async (scope) => {
    const { socket, other } = await pair(scope);
    await cut(socket, other);
    const back = next(socket, "data");
    const args = [Buffer.of(1, 2), { deep: [Buffer.of(0, 255)] }];
    await ctl(other, "emit", { to: "lobby", event: "data", args });
    await reconnect(socket);
    const [first, second] = await back;
    assert.deepEqual([...Buffer.from(first)], [1, 2]);
    assert.deepEqual([...Buffer.from(second.deep[0])], [0, 255]);
  });

  by("a socket is recovered again and again", async (scope) => {
    const { socket, other } = await pair(scope);
    const { id } = socket;
    const seen = collect(socket, "n");
    for (let n = 0; n < 3; n++) {
      await cut(socket, other);
      await ctl(other, "emit", { to: "lobby", event: "n", args: [n] });
      await reconnect(socket);
      assert.deepEqual([socket.recovered, socket.id], [true, id]);
    }
    await settled(socket);
    assert.deepEqual(seen.map(([n]) => n), [0, 1, 2]);
  });

  by("volatile events and those that want an answer are not replayed", async (scope) => {
    const { socket, other } = await pair(scope);
    await cut(socket, other);
    const seen = collect(socket, "news");
    await ctl(other, "emit", { event: "news", args: ["v"], volatile: true });
    await ctl(other, "emit", { event: "news", args: ["ack"], ack: true, timeout: 100 });
    await ctl(other, "emit", { event: "news", args: ["plain"] });
    await reconnect(socket);
    await settled(socket);
    assert.deepEqual(withoutOffset(seen), [["plain"]]);
  });

  by("a socket that left by itself, or was sent away, starts anew", async (scope) => {
    const { socket, other } = await pair(scope);
    for (const leave of [
      () => socket.disconnect(),
      () => ctl(other, "disconnectSockets", { to: socket.id }),
    ]) {
      const { id } = socket;
      const [gone, lost] = [next(other, "ctl:gone"), next(socket, "disconnect")];
      await leave();
      assert.equal((await gone)[0].id, id);
      await lost;
      await reconnect(socket);
      assert.equal(socket.recovered, false);
      assert.notEqual(socket.id, id);
      assert.deepEqual((await ctl(socket, "whoami")).rooms, [socket.id]);
    }
  });

  by("an unknown offset starts anew", async (scope) => {
    const { socket, other } = await pair(scope);
    const { id } = socket;
    await cut(socket, other);
    socket._lastOffset = "unheard-of";
    await reconnect(socket);
    assert.equal(socket.recovered, false);
    assert.notEqual(socket.id, id);
    await ctl(socket, "whoami");
  });

  by("an unknown private id starts anew", async (scope) => {
    const { socket, other } = await pair(scope);
    await cut(socket, other);
    socket._pid = "abcdefghijklmnopqrst";
    await reconnect(socket);
    assert.equal(socket.recovered, false);
    await ctl(socket, "whoami");
  });

  by("a middleware is not asked again", async (scope) => {
    const auth = { token: "let-me-in" };
    const { socket, other } = await pair(scope, { namespace: "/guarded", auth });
    await cut(socket, other);
    socket.auth = { token: "expired" };
    await reconnect(socket);
    assert.equal(socket.recovered, true);
  });

  by("every namespace of a connection is recovered", async (scope) => {
    const { socket, other } = await pair(scope);
    const chat = alongside(scope, socket, "/chat");
    await connected(chat);
    const first = next(chat, "first");
    await ctl(chat, "emit", { to: chat.id, event: "first" });
    await first;
    const before = [socket.id, chat.id];
    await cut(socket, other);
    assert.equal(chat.connected, false);
    socket.connect();
    chat.connect();
    for (const s of [socket, chat]) await until(() => s.connected, "it is connected");
    assert.deepEqual([socket.id, chat.id], before);
    assert.deepEqual([socket.recovered, chat.recovered], [true, true]);
  });

  if (kind.mode !== "polling") {
    by("a socket whose line was cut is recovered", async (scope) => {
      const { socket, other } = await pair(scope);
      const { id } = socket;
      const { reason } = await cut(socket, other, (engine) => engine.transport.ws.terminate());
      assert.match(reason, /^transport (close|error)$/);
      const seen = collect(socket, "news");
      await ctl(other, "emit", { to: "lobby", event: "news", args: ["missed"] });
      await reconnect(socket);
      assert.deepEqual([socket.recovered, socket.id], [true, id]);
      await settled(socket);
      assert.deepEqual(withoutOffset(seen), [["missed"]]);
    });
  }
}

await runChecks({ atOnce: 8 });
