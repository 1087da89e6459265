// What applications do, with the official JavaScript clients of four major versions, over each
// transport. Profile cluster with EIO3=1 (for version 2).
// Options: versions=4.8,4.0,3,2 modes=polling,websocket,upgrade
// parser=msgpack (with PARSER=msgpack, not for version 2).
import assert from "node:assert/strict";
import { check, listOption, option, runChecks, until, url } from "./lib/checks.mjs";
import {
  alongside,
  ask,
  collect,
  connect,
  connected,
  createSocket,
  ctl,
  kinds,
  msgpack,
  next,
  refused,
  settled,
  transportOf,
} from "./lib/clients.mjs";
import { http } from "./lib/wire.mjs";

const versions = listOption("versions", "4.8,4.0,3,2");
const modes = listOption("modes", "polling,websocket,upgrade");
const common = option("parser") === "msgpack" ? { parser: msgpack() } : {};

let counter = 0;
const fresh = (word) => `${word}-${++counter}`;
const freshNamespace = () => `/dyn-${++counter}`;

const JSON_KINDS = [
  ...[null, true, false, 0, -1, 1.5, 4294967296, -2147483649, 9007199254740991, 1e-300],
  ...["", "text", "é😀 てすと", '"\\\n\u0001'],
  ...[[], {}, [[]], [null, [1, "2", { three: [3] }]]],
  { "": null, "a b": { c: [true, { d: "e" }] }, é: -0.5 },
];
// the msgpack parser of the clients writes a whole number of more than 64 bits as 0
if (option("parser") !== "msgpack") JSON_KINDS.push(1e300);
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
// fails on a typed array or a Buffer that has other bytes, whatever its class
const bytes = (value) => {
  assert.ok(value instanceof ArrayBuffer || ArrayBuffer.isView(value), "binary");
  return [...Buffer.from(value)];
};

for (const kind of kinds(versions, modes)) {
  const { version, mode } = kind;
  const eio3 = version === "2";
  const open = (scope, options) => connect(scope, kind, url, { ...common, ...options });
  const create = (scope, options) => createSocket(scope, kind, url, { ...common, ...options });
  const openAll = (scope, count, options) =>
    Promise.all(Array.from({ length: count }, () => open(scope, options)));
  const ids = (...sockets) => sockets.map((s) => s.id).sort();
  const by = (name, body, options) =>
    check(`client ${version}, ${mode}: ${name}`, body, options);

  /* ---------- connecting ---------- */

  by("connects over the transport it asked for and learns its id", async (scope) => {
    const socket = await open(scope);
    assert.equal(transportOf(socket), mode === "polling" ? "polling" : "websocket");
    assert.match(socket.id, /^[\w-]{20}$/);
    const { id, nsp, rooms, recovered } = await ctl(socket, "whoami");
    assert.deepEqual({ id, nsp, rooms, recovered }, {
      id: socket.id,
      nsp: "/",
      rooms: [socket.id],
      recovered: false,
    });
    if (eio3) assert.equal(socket.id, socket.io.engine.id);
    else assert.notEqual(socket.id, socket.io.engine.id);
  });

  by("sends its auth payload with the connection", async (scope) => {
    const auth = eio3 ? { user: "ann" } : { user: "ann", roles: ["a", { b: 1 }] };
    const socket = await open(scope, { namespace: "/chat", auth });
    assert.deepEqual((await ctl(socket, "whoami")).auth, auth);
  });

  by("is let in by a middleware that likes its token", async (scope) => {
    const socket = await open(scope, { namespace: "/guarded", auth: { token: "let-me-in" } });
    assert.equal((await ctl(socket, "whoami")).nsp, "/guarded");
  });

  by("is told why a middleware refused it", async (scope) => {
    const socket = create(scope, { namespace: "/guarded", auth: { token: "wrong" } });
    const refusal = await refused(socket, version);
    const data = { code: "E_AUTH" };
    assert.deepEqual(refusal, eio3 ? data : { message: "not authorized", data });
    assert.equal(socket.connected, false);
  });

  by("is told that a namespace does not exist", async (scope) => {
    for (const namespace of ["/nowhere", "/dyn-x", "/Chat"]) {
      const refusal = await refused(create(scope, { namespace }), version);
      assert.equal(refusal.message, "Invalid namespace");
    }
  });

  by("uses several namespaces over one connection", async (scope) => {
    const main = await open(scope);
    const chat = alongside(scope, main, "/chat");
    const dynamic = alongside(scope, main, freshNamespace());
    for (const [socket, nsp] of [[main, "/"], [chat, "/chat"], [dynamic, dynamic.nsp]]) {
      await connected(socket);
      assert.equal((await ctl(socket, "whoami")).nsp, nsp);
    }
    chat.close();
    await ctl(main, "whoami");
    await ctl(dynamic, "whoami");
    chat.connect();
    await connected(chat);
    assert.equal((await ctl(chat, "whoami")).nsp, "/chat");
  });

  by("stays connected when one of its namespaces is refused", async (scope) => {
    const main = await open(scope);
    await refused(alongside(scope, main, "/guarded"), version);
    await ctl(main, "whoami");
  });

  by("keeps the sockets of two dynamic namespaces apart", async (scope) => {
    const [a, b] = [
      await open(scope, { namespace: freshNamespace() }),
      await open(scope, { namespace: freshNamespace() }),
    ];
    const [seenByA, seenByB] = [collect(a, "news"), collect(b, "news")];
    await ctl(a, "emit", { event: "news", args: ["for a"] });
    await settled(a, b);
    assert.deepEqual([seenByA, seenByB], [[["for a"]], []]);
    assert.deepEqual((await ctl(a, "fetchSockets")).sockets.map((s) => s.id), [a.id]);
  });

  /* ---------- events and acknowledgements ---------- */

  by("gets every kind of JSON value back as it was sent", async (scope) => {
    const socket = await open(scope);
    const back = next(socket, "back");
    await ctl(socket, "emit", { to: socket.id, event: "back", args: JSON_KINDS });
    assert.deepEqual(await back, JSON_KINDS);
  });

  by("gets binary at any depth back as it was sent", async (scope) => {
    const socket = await open(scope);
    const back = next(socket, "back");
    const deep = { list: [1, { inner: EVERY_BYTE, empty: Buffer.alloc(0) }], text: "t" };
    const args = [EVERY_BYTE, deep, Uint8Array.of(9, 8, 7)];
    await ctl(socket, "emit", { to: [socket.id], event: "back", args });
    const [first, second, third] = await back;
    assert.deepEqual(bytes(first), [...EVERY_BYTE]);
    assert.deepEqual(bytes(second.list[1].inner), [...EVERY_BYTE]);
    assert.deepEqual(bytes(second.list[1].empty), []);
    assert.deepEqual([second.list[0], second.text], [1, "t"]);
    assert.deepEqual(bytes(third), [9, 8, 7]);
  });

  by("gets an event without arguments", async (scope) => {
    const socket = await open(scope);
    const back = next(socket, "bare");
    await ctl(socket, "emit", { to: socket.id, event: "bare" });
    assert.deepEqual(await back, []);
  });

  by("answers a question of the server, binary and all", async (scope) => {
    const socket = await open(scope);
    socket.on("question", (text, data, answer) => answer([text], { data, more: Buffer.of(1) }, 3));
    const args = ["why", Buffer.of(5, 6)];
    const { timedOut, answer } = await ctl(socket, "ask", { event: "question", args });
    assert.equal(timedOut, false);
    assert.deepEqual(answer[0], ["why"]);
    assert.deepEqual(bytes(answer[1].data), [5, 6]);
    assert.deepEqual(bytes(answer[1].more), [1]);
    assert.equal(answer[2], 3);
  });

  by("does not keep the server waiting beyond the timeout of a question", async (scope) => {
    const socket = await open(scope);
    const asked = performance.now();
    const result = await ctl(socket, "ask", { event: "unheard", args: [1], timeout: 150 });
    assert.deepEqual(result, { timedOut: true, answer: [] });
    assert.ok(performance.now() - asked >= 140);
  });

  by("answers a question while another stays unanswered", async (scope) => {
    const socket = await open(scope);
    socket.on("second", (answer) => answer("at once"));
    const first = ctl(socket, "ask", { event: "unheard", timeout: 400 });
    assert.deepEqual((await ctl(socket, "ask", { event: "second" })).answer, ["at once"]);
    assert.equal((await first).timedOut, true);
  });

  if (version === "4.8") {
    by("gives up on an acknowledgement that does not come", async (scope) => {
      const socket = await open(scope);
      await assert.rejects(
        socket.timeout(100).emitWithAck("unheard of", 1),
        /operation has timed out/,
      );
      assert.equal((await socket.timeout(3000).emitWithAck("ctl:whoami", {})).ok, true);
    });
  }

  by("gets many events in the order in which they were sent", async (scope) => {
    const socket = await open(scope);
    const seen = collect(socket, "n");
    for (let i = 0; i < 200; i++) {
      socket.emit("ctl:emit", { to: socket.id, event: "n", args: [i] }, () => {});
    }
    await until(() => seen.length >= 200, "200 events");
    assert.deepEqual(seen.flat(), Array.from({ length: 200 }, (_, i) => i));
  });

  by("sends and gets half a megabyte, as text and as binary", async (scope) => {
    const socket = await open(scope);
    const text = "é".repeat(250_000);
    const data = Buffer.alloc(500_000, EVERY_BYTE);
    for (const value of [text, data]) {
      const back = next(socket, "big");
      await ctl(socket, "emit", { to: socket.id, event: "big", args: [value], compress: false });
      const [got] = await back;
      if (value === text) assert.ok(got === text);
      else assert.ok(Buffer.from(got).equals(data));
    }
  });

  /* ---------- rooms and broadcasts ---------- */

  by("is reached through the rooms that it joined and did not leave", async (scope) => {
    const [a, b] = await openAll(scope, 2);
    const [one, two] = [fresh("room"), fresh("room")];
    const seen = collect(b, "news");
    assert.deepEqual((await ctl(b, "join", { rooms: [one, two] })).rooms, [b.id, one, two].sort());
    await ctl(a, "emit", { to: one, event: "news", args: [1] });
    await ctl(a, "emit", { to: [one, two], event: "news", args: ["once"] });
    assert.deepEqual((await ctl(b, "leave", { rooms: one })).rooms, [b.id, two].sort());
    await ctl(a, "emit", { to: one, event: "news", args: ["too late"] });
    await ctl(a, "emit", { to: two, event: "news", args: [2] });
    await settled(b);
    assert.deepEqual(seen, [[1], ["once"], [2]]);
  });

  by("is left out of what it broadcasts itself", async (scope) => {
    const namespace = freshNamespace();
    const [a, b, c] = await openAll(scope, 3, { namespace });
    const room = fresh("room");
    for (const s of [a, b]) await ctl(s, "join", { rooms: room });
    const seen = [a, b, c].map((s) => collect(s, "news"));
    await ctl(a, "emit", { from: "socket", event: "news", args: ["all"] });
    await ctl(a, "emit", { from: "socket", to: room, event: "news", args: ["room"] });
    await settled(a, b, c);
    assert.deepEqual(seen, [[], [["all"], ["room"]], [["all"]]]);
  });

  by("is left out when it is in an excepted room", async (scope) => {
    const [a, b, c] = await openAll(scope, 3, { namespace: freshNamespace() });
    const [room, muted] = [fresh("room"), fresh("room")];
    for (const s of [b, c]) await ctl(s, "join", { rooms: room });
    await ctl(c, "join", { rooms: muted });
    const seen = [a, b, c].map((s) => collect(s, "news"));
    await ctl(a, "emit", { to: room, except: muted, event: "news", args: [1] });
    await ctl(a, "emit", { except: [muted, b.id], event: "news", args: [2] });
    await settled(a, b, c);
    assert.deepEqual(seen, [[[2]], [[1]], []]);
  });

  by("gets a local and a volatile broadcast, uncompressed too", async (scope) => {
    const [a, b] = await openAll(scope, 2);
    const flags = { local: true, volatile: true, compress: false };
    // a poll of the other may be on its way back at any moment: try until one finds it waiting
    const seen = collect(b, "news");
    await until(async () => {
      await ctl(a, "emit", { to: b.id, event: "news", args: [EVERY_BYTE], ...flags });
      return seen.length > 0;
    }, "a volatile broadcast arrives");
    assert.deepEqual(bytes(seen[0][0]), [...EVERY_BYTE]);
  });

  by("answers a broadcast along with the others", async (scope) => {
    const sockets = await openAll(scope, 3, { namespace: freshNamespace() });
    sockets.forEach((s, i) => s.on("poll", (x, answer) => answer({ i, x })));
    const q = { event: "poll", args: [[7]], ack: true };
    const { timedOut, responses } = await ctl(sockets[0], "emit", q);
    assert.equal(timedOut, false);
    responses.sort((p, q) => p.i - q.i);
    assert.deepEqual(responses, [0, 1, 2].map((i) => ({ i, x: [7] })));
  });

  by("is not waited for beyond the timeout of a broadcast", async (scope) => {
    const [a, b] = await openAll(scope, 2, { namespace: freshNamespace() });
    a.on("poll", (answer) => answer("here", "dropped"));
    b.on("poll", () => {});
    const q = { event: "poll", ack: true, timeout: 200 };
    assert.deepEqual(await ctl(a, "emit", q), { timedOut: true, responses: ["here"] });
  });

  by("learns at once that nobody was there to answer a broadcast", async (scope) => {
    const socket = await open(scope);
    const asked = performance.now();
    const q = { to: fresh("nobody"), event: "poll", ack: true, timeout: 4000 };
    assert.deepEqual(await ctl(socket, "emit", q), { timedOut: false, responses: [] });
    assert.ok(performance.now() - asked < 2000);
  });

  by("can use a number as the name of a room", async (scope) => {
    const socket = await open(scope, { namespace: freshNamespace() });
    const seen = collect(socket, "news");
    await ctl(socket, "join", { rooms: 777 });
    await ctl(socket, "emit", { to: 777, event: "news", args: [1] });
    await ctl(socket, "leave", { rooms: 777 });
    await ctl(socket, "emit", { to: 777, event: "news", args: [2] });
    await settled(socket);
    assert.deepEqual(seen, [[1]]);
  });

  /* ---------- the sockets of a namespace ---------- */

  by("is found by fetchSockets, with its rooms, data and handshake", async (scope) => {
    const namespace = freshNamespace();
    const [a, b] = await openAll(scope, 2, { namespace, query: { q: "x y" } });
    const room = fresh("room");
    await ctl(b, "join", { rooms: room });
    await ctl(b, "data", { set: { name: "bob", list: [1] } });
    const all = (await ctl(a, "fetchSockets")).sockets;
    assert.deepEqual(all.map((s) => s.id).sort(), ids(a, b));
    const [found] = (await ctl(a, "fetchSockets", { to: room })).sockets;
    assert.equal(found.id, b.id);
    assert.deepEqual(found.rooms, [b.id, room].sort());
    assert.deepEqual(found.data, { name: "bob", list: [1] });
    assert.equal(found.query.q, "x y");
    assert.equal(found.query.EIO, eio3 ? "3" : "4");
    assert.match(found.url, /^\/socket\.io\/\?.*EIO=/);
    const rest = await ctl(a, "fetchSockets", { except: room });
    assert.deepEqual(rest.sockets.map((s) => s.id), [a.id]);
  });

  by("is moved in and out of rooms by others", async (scope) => {
    const [a, b] = await openAll(scope, 2, { namespace: freshNamespace() });
    const room = fresh("room");
    await ctl(a, "socketsJoin", { to: b.id, rooms: [room, "extra"] });
    assert.deepEqual((await ctl(b, "whoami")).rooms, [b.id, room, "extra"].sort());
    await ctl(a, "socketsLeave", { to: room, rooms: "extra" });
    assert.deepEqual((await ctl(b, "whoami")).rooms, [b.id, room].sort());
    assert.deepEqual((await ctl(a, "whoami")).rooms, [a.id]);
  });

  by("hears nothing of a server-side event when there is one server", async (scope) => {
    const socket = await open(scope, { namespace: freshNamespace() });
    const seen = collect(socket, "sse:seen");
    await ctl(socket, "serverSideEmit", { event: "sse:notify", args: [1] });
    await settled(socket);
    assert.deepEqual(seen, []);
    assert.deepEqual(await ctl(socket, "serverCount"), { count: 1 });
  });

  /* ---------- leaving ---------- */

  const watched = async (scope) => {
    const [watcher, other] = await openAll(scope, 2, { namespace: freshNamespace() });
    await ctl(watcher, "watch");
    await ctl(other, "join", { rooms: "lobby" });
    const { id } = other; // which it forgets when it disconnects
    const gone = next(watcher, "ctl:gone");
    return {
      watcher,
      other,
      gone: async (reason) => {
        assert.deepEqual((await gone)[0], { id, reason, rooms: [id, "lobby"].sort(), left: [] });
      },
    };
  };

  by("leaves, and both sides know that it wanted to", async (scope) => {
    const { other, gone } = await watched(scope);
    const reason = next(other, "disconnect");
    other.disconnect();
    assert.equal((await reason)[0], "io client disconnect");
    await gone("client namespace disconnect");
  });

  by("is sent away, and both sides know that the server wanted it", async (scope) => {
    const { watcher, other, gone } = await watched(scope);
    const reason = next(other, "disconnect");
    await ctl(watcher, "disconnectSockets", { to: "lobby" });
    assert.equal((await reason)[0], "io server disconnect");
    await gone("server namespace disconnect");
    assert.equal(watcher.connected, true);
  });

  by("keeps its other namespaces when it is sent away from one", async (scope) => {
    const main = await open(scope);
    const chat = alongside(scope, main, "/chat");
    await connected(chat);
    const reason = next(chat, "disconnect");
    chat.emit("ctl:disconnectSockets", { to: chat.id }, () => {});
    assert.equal((await reason)[0], "io server disconnect");
    await ctl(main, "whoami");
  });

  by("loses all its namespaces when its connection is closed by the server", async (scope) => {
    const { watcher, other, gone } = await watched(scope);
    const chat = alongside(scope, other, "/chat");
    await connected(chat);
    const reasons = [next(other, "disconnect"), next(chat, "disconnect")];
    await ctl(watcher, "disconnectSockets", { to: "lobby", close: true });
    for (const reason of reasons) assert.equal((await reason)[0], "io server disconnect");
    await gone("server namespace disconnect");
    await until(() => other.io.engine.readyState === "closed", "the connection is closed");
  });

  by("closes its connection, and the server knows", async (scope) => {
    const { other, gone } = await watched(scope);
    other.io.engine.close();
    await gone("transport close");
  });

  by("is closed for a message that is too long", async (scope) => {
    const { other, gone } = await watched(scope);
    const reason = next(other, "disconnect");
    other.emit("anything", "x".repeat(1_000_001));
    assert.match((await reason)[0], /^transport (close|error)$/);
    // a polling client gives up by itself after the 413, so its server may see either
    if (mode !== "polling") await gone("transport error");
  });
}

/* ---------- what no client shows ---------- */

if (option("parser") !== "msgpack") {
  check("a volatile event is dropped when no poll waits for it", async (scope) => {
    const polling = `${url}/socket.io/?EIO=4&transport=polling`;
    const session = `${polling}&sid=${JSON.parse((await http(polling)).text.slice(1)).sid}`;
    await http(session, { method: "POST", body: "40" });
    const { sid } = JSON.parse((await http(session)).text.slice(2));
    // another client emits, so that nothing polls when its acknowledgement tells that it is done
    const other = await connect(scope, { version: "4.8", mode: "websocket" }, url);
    const emit = (event, volatile) => ctl(other, "emit", { to: sid, event, volatile });
    await emit("dropped", true);
    await emit("kept", false);
    assert.equal((await http(session)).text, '42["kept"]');
  });
}

await runChecks({ atOnce: 8 });
