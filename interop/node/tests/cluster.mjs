// What two nodes of one cluster do together, each check in both directions, with the official client
// on both. Profile cluster with ADAPTER on each node.
// Options: other=<URL of the second node> names=<of the first>,<of the second> adapter=classic
// recovery=1 (with RECOVERY=1, adapter streams)
import assert from "node:assert/strict";
import { check, listOption, option, runChecks, until as untilIn, url } from "./lib/checks.mjs";
import {
  alongside,
  connect,
  connected,
  ctl,
  next as nextIn,
} from "./lib/clients.mjs";

// three servers and their clients share the machine
const PATIENCE = 12_000;
const until = (condition, what) => untilIn(condition, what, PATIENCE);
const next = async (socket, event) => withoutOffset(await nextIn(socket, event, PATIENCE));

// with recovery an event's arguments end with its offset in the log
const recovery = option("recovery") === "1";
const withoutOffset = (args) =>
  recovery && /^\d+-\d+$/.test(args.at(-1)) ? args.slice(0, -1) : args;
const collect = (socket, event) => {
  const all = [];
  socket.on(event, (...args) => all.push(withoutOffset(args)));
  return all;
};

const adapter = option("adapter", "classic");
const names = listOption("names", "one,two");
const nodes = [url, option("other")].map((u, i) => ({ url: u.replace(/\/$/, ""), name: names[i] }));
const kind = { version: "4.8", mode: "websocket" };

let counter = 0;
const freshNamespace = () => `/dyn-${++counter}`;
const fresh = (word) => `${word}-${++counter}`;
const bytes = (value) => {
  assert.ok(value instanceof ArrayBuffer || ArrayBuffer.isView(value), "binary");
  return [...Buffer.from(value)];
};
const VALUES = [
  ...[null, true, false, 0, -1, 1.5, 4294967296, -2147483649, 9007199254740991],
  ...["", "text", "é😀 てすと", '"\\\n\u0001', [], {}, [[]], { a: { b: [null, 1, "2"] } }],
];
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

/** Emits from one socket until another has got it: by then the nodes hear each other. */
async function reaches(from, to, q = {}) {
  const event = fresh("probe");
  const seen = collect(to, event);
  await until(async () => {
    await ctl(from, "emit", { ...q, event });
    return seen.length > 0;
  }, `${event} arrives`);
}

/** A socket joins rooms, and is reached through each. */
async function join(socket, from, ...rooms) {
  await ctl(socket, "join", { rooms });
  for (const to of rooms) await reaches(from, socket, { to });
}

/** Waits until what a socket's node sent to all so far has arrived at the others. */
async function settled(from, ...others) {
  const event = fresh("mark");
  const marks = others.map((s) => next(s, event));
  await ctl(from, "emit", { event });
  await Promise.all(marks);
}

const directions = [nodes, [...nodes].reverse()].map(([here, there]) => {
  const by = (name, body) =>
    check(`${here.name} to ${there.name}: ${name}`, body, { seconds: 40 });

  /** Sockets here and there, in a namespace of their own, whose nodes know of each other. */
  const pair = async (scope, { namespace = freshNamespace(), ...options } = {}) => {
    const a = await connect(scope, kind, here.url, { namespace, ...options });
    const b = await connect(scope, kind, there.url, { namespace, ...options });
    for (const s of [a, b]) {
      await until(async () => (await ctl(s, "serverCount")).count === 2, "both are counted");
    }
    await reaches(a, b);
    await reaches(b, a);
    return { a, b, namespace };
  };

  return { here, there, by, pair };
});

// first, since they take as long as the time-out
for (const { by, pair } of directions) {
  by("a server that does not answer is not waited for", async (scope) => {
    const { a } = await pair(scope);
    const q = { event: "sse:silent", args: [1], ack: true };
    assert.deepEqual(await ctl(a, "serverSideEmit", q), { timedOut: true, responses: [] });
  });
}

for (const { here, there, by, pair } of directions) {
  by("each knows who it is", async (scope) => {
    const { a, b } = await pair(scope);
    const [one, two] = [await ctl(a, "whoami"), await ctl(b, "whoami")];
    assert.deepEqual([one.adapter, two.adapter], [adapter, adapter]);
    assert.notEqual(one.node, two.node);
  });

  /* ---------- events ---------- */

  by("an event reaches the sockets of all nodes, every value as it was", async (scope) => {
    const { a, b } = await pair(scope);
    const both = [next(a, "news"), next(b, "news")];
    await ctl(a, "emit", { event: "news", args: VALUES });
    assert.deepEqual(await Promise.all(both), [VALUES, VALUES]);
  });

  by("binary arrives at any depth", async (scope) => {
    const { a, b } = await pair(scope);
    const both = [next(a, "news"), next(b, "news")];
    const args = [EVERY_BYTE, { deep: [1, { data: Buffer.of(1, 2) }], none: Buffer.alloc(0) }, "t"];
    await ctl(a, "emit", { event: "news", args });
    for (const [first, second, third] of await Promise.all(both)) {
      assert.deepEqual(bytes(first), [...EVERY_BYTE]);
      assert.deepEqual(bytes(second.deep[1].data), [1, 2]);
      assert.deepEqual(bytes(second.none), []);
      assert.deepEqual([second.deep[0], third], [1, "t"]);
    }
  });

  by("an event without arguments arrives", async (scope) => {
    const { a, b } = await pair(scope);
    const bare = next(b, "bare");
    await ctl(a, "emit", { event: "bare" });
    assert.deepEqual(await bare, []);
  });

  by("a hundred kilobytes arrive, as text and as binary", async (scope) => {
    const { a, b } = await pair(scope);
    const text = "é".repeat(50_000);
    const data = Buffer.alloc(100_000, EVERY_BYTE);
    const seen = collect(b, "big");
    await ctl(a, "emit", { event: "big", args: [text] });
    await ctl(a, "emit", { event: "big", args: [data] });
    await until(() => seen.length === 2, "both arrive");
    assert.ok(seen[0][0] === text);
    assert.ok(Buffer.from(seen[1][0]).equals(data));
  });

  by("events arrive in the order in which they were sent, each once", async (scope) => {
    const { a, b } = await pair(scope);
    await join(b, a, "lobby");
    const seen = collect(b, "n");
    const acks = [];
    for (let n = 0; n < 300; n++) {
      const data = n % 10 ? n : Buffer.of(n & 255);
      acks.push(ctl(a, "emit", { to: "lobby", event: "n", args: [n, data] }));
    }
    await Promise.all(acks);
    await settled(a, b);
    assert.deepEqual(seen.map(([n]) => n), Array.from({ length: 300 }, (_, n) => n));
  });

  /* ---------- rooms ---------- */

  by("a room's event reaches those in the room alone", async (scope) => {
    const { a, b, namespace } = await pair(scope);
    const c = await connect(scope, kind, there.url, { namespace });
    const [one, two] = [fresh("room"), fresh("room")];
    await join(b, a, one, two);
    const seen = [a, b, c].map((s) => collect(s, "news"));
    await ctl(a, "emit", { to: one, event: "news", args: ["one"] });
    await ctl(a, "emit", { to: [one, two], event: "news", args: ["once", Buffer.of(1)] });
    await ctl(a, "emit", { to: fresh("empty"), event: "news", args: ["nobody"] });
    await settled(a, b);
    await ctl(b, "leave", { rooms: one });
    await ctl(a, "emit", { to: one, event: "news", args: ["too late"] });
    await ctl(a, "emit", { to: two, event: "news", args: ["two"] });
    await settled(a, a, b, c);
    assert.deepEqual(seen.map((s) => s.map(([x]) => x)), [[], ["one", "once", "two"], []]);
  });

  by("a socket is reached by its id", async (scope) => {
    const { a, b, namespace } = await pair(scope);
    const c = await connect(scope, kind, there.url, { namespace });
    await reaches(a, c, { to: c.id });
    const seen = [a, b, c].map((s) => collect(s, "news"));
    await ctl(a, "emit", { to: b.id, event: "news", args: [1] });
    await ctl(a, "emit", { to: [b.id, c.id], event: "news", args: [2] });
    await settled(a, a, b, c);
    assert.deepEqual(seen, [[], [[1], [2]], [[2]]]);
  });

  by("those in an excepted room are left out", async (scope) => {
    const { a, b, namespace } = await pair(scope);
    const c = await connect(scope, kind, there.url, { namespace });
    for (const s of [b, c]) await join(s, a, "lobby");
    await join(c, a, "muted");
    const seen = [a, b, c].map((s) => collect(s, "news"));
    await ctl(a, "emit", { to: "lobby", except: "muted", event: "news", args: [1] });
    await ctl(a, "emit", { except: ["muted", b.id], event: "news", args: [2] });
    await settled(a, a, b, c);
    assert.deepEqual(seen, [[[2]], [[1]], []]);
  });

  by("who broadcasts is left out", async (scope) => {
    const { a, b } = await pair(scope);
    for (const s of [a, b]) await join(s, a, "lobby");
    const seen = [a, b].map((s) => collect(s, "news"));
    await ctl(a, "emit", { from: "socket", event: "news", args: ["all"] });
    await ctl(a, "emit", { from: "socket", to: "lobby", event: "news", args: ["room"] });
    await settled(a, a, b);
    assert.deepEqual(seen, [[], [["all"], ["room"]]]);
  });

  by("a room may be named by a number", async (scope) => {
    const { a, b } = await pair(scope);
    await join(b, a, 777);
    const news = next(b, "news");
    await ctl(a, "emit", { to: 777, event: "news", args: [1] });
    assert.deepEqual(await news, [1]);
  });

  by("a room may have any name", async (scope) => {
    const { a, b } = await pair(scope);
    for (const room of ["a#b", "*", "ünïcode 😀", "12345678901234567890", "[x]?", " "]) {
      await join(b, a, room);
      const news = next(b, "news");
      await ctl(a, "emit", { to: room, event: "news", args: [room] });
      assert.deepEqual(await news, [room]);
    }
  });

  by("a local event stays on its node", async (scope) => {
    const { a, b } = await pair(scope);
    const seen = [a, b].map((s) => collect(s, "news"));
    await ctl(a, "emit", { local: true, event: "news", args: [1] });
    await settled(a, a, b);
    assert.deepEqual(seen, [[[1]], []]);
  });

  by("a volatile event and an uncompressed one arrive", async (scope) => {
    const { a, b } = await pair(scope);
    await reaches(a, b, { volatile: true });
    await reaches(a, b, { compress: false });
    await reaches(a, b, { volatile: true, compress: false, to: b.id });
  });

  /* ---------- acknowledgements ---------- */

  by("the clients of all nodes answer a broadcast", async (scope) => {
    const { a, b, namespace } = await pair(scope);
    const c = await connect(scope, kind, there.url, { namespace });
    [a, b, c].forEach((s, i) => s.on("poll", (x, answer) => answer({ i, x }, "dropped")));
    const q = { event: "poll", args: [[7, "é"]], ack: true, timeout: 5000 };
    const { timedOut, responses } = await ctl(a, "emit", q);
    assert.equal(timedOut, false);
    responses.sort((p, q) => p.i - q.i);
    assert.deepEqual(responses, [0, 1, 2].map((i) => ({ i, x: [7, "é"] })));
  });

  by("an answer may be binary, or nothing", async (scope) => {
    const { a, b } = await pair(scope);
    b.on("poll", (data, answer) => answer(data.length ?? data.byteLength ? { data } : null));
    const ask = async (data) => {
      const q = { to: b.id, event: "poll", args: [data], ack: true, timeout: 5000 };
      const { timedOut, responses } = await ctl(a, "emit", q);
      assert.deepEqual([timedOut, responses.length], [false, 1]);
      return responses[0];
    };
    assert.deepEqual(bytes((await ask(EVERY_BYTE)).data), [...EVERY_BYTE]);
    assert.equal(await ask(Buffer.alloc(0)), null);
  });

  by("a client that does not answer is not waited for", async (scope) => {
    const { a, b } = await pair(scope);
    a.on("poll", (answer) => answer("here"));
    b.on("poll", () => {});
    const q = { event: "poll", ack: true, timeout: 700 };
    assert.deepEqual(await ctl(a, "emit", q), { timedOut: true, responses: ["here"] });
  });

  by("nobody to ask is known at once", async (scope) => {
    const { a } = await pair(scope);
    const asked = performance.now();
    const q = { to: fresh("nobody"), event: "poll", ack: true, timeout: 6000 };
    assert.deepEqual(await ctl(a, "emit", q), { timedOut: false, responses: [] });
    assert.ok(performance.now() - asked < 5000);
  });

  /* ---------- sockets ---------- */

  by("all sockets are found, with their rooms, data and handshake", async (scope) => {
    const { a, b } = await pair(scope, { query: { q: "x y" }, auth: { token: ["t", 1] } });
    const room = fresh("room");
    await join(b, a, room);
    await ctl(b, "data", { set: { name: "bob", list: [1] } });
    const all = (await ctl(a, "fetchSockets")).sockets;
    assert.deepEqual(all.map((s) => s.id).sort(), [a.id, b.id].sort());
    const [found, ...more] = (await ctl(a, "fetchSockets", { to: room })).sockets;
    assert.equal(more.length, 0);
    assert.equal(found.id, b.id);
    assert.deepEqual(found.rooms, [b.id, room].sort());
    assert.deepEqual(found.data, { name: "bob", list: [1] });
    assert.deepEqual(found.auth, { token: ["t", 1] });
    assert.equal(found.query.q, "x y");
    assert.match(found.url, /^\/socket\.io\/\?.*EIO=4/);
    const rest = await ctl(a, "fetchSockets", { except: room });
    assert.deepEqual(rest.sockets.map((s) => s.id), [a.id]);
    assert.deepEqual((await ctl(a, "fetchSockets", { local: true })).sockets.map((s) => s.id), [a.id]);
  });

  by("sockets are moved in and out of rooms", async (scope) => {
    const { a, b } = await pair(scope);
    const rooms = async (socket) => (await ctl(socket, "whoami")).rooms;
    const become = (socket, ...expected) =>
      until(
        async () => JSON.stringify(await rooms(socket)) === JSON.stringify(expected.sort()),
        `${socket.id} is in ${expected}`,
      );
    await ctl(a, "socketsJoin", { to: b.id, rooms: ["lobby", "extra"] });
    await become(b, b.id, "lobby", "extra");
    await ctl(a, "socketsLeave", { to: "lobby", rooms: "extra" });
    await become(b, b.id, "lobby");
    await ctl(a, "socketsJoin", { rooms: "all" });
    await become(a, a.id, "all");
    await become(b, b.id, "lobby", "all");
    await ctl(a, "socketsLeave", { except: "lobby", rooms: "all" });
    await become(a, a.id);
    await become(b, b.id, "lobby", "all");
  });

  by("sockets are sent away", async (scope) => {
    const { a, b, namespace } = await pair(scope);
    const c = await connect(scope, kind, there.url, { namespace });
    const chat = alongside(scope, c, "/chat");
    await connected(chat);
    await reaches(a, c);
    const gone = [next(b, "disconnect"), next(c, "disconnect"), next(chat, "disconnect")];
    await ctl(a, "disconnectSockets", { to: b.id });
    assert.equal((await gone[0])[0], "io server disconnect");
    assert.equal(c.connected, true);
    await ctl(a, "disconnectSockets", { except: a.id, close: true });
    for (const reason of gone) assert.equal((await reason)[0], "io server disconnect");
    assert.equal(a.connected, true);
  });

  /* ---------- servers ---------- */

  by("an event for servers reaches the others", async (scope) => {
    const { a, b } = await pair(scope);
    const { node } = await ctl(b, "whoami");
    const seen = collect(a, "sse:seen");
    const heard = next(b, "sse:seen");
    await ctl(a, "serverSideEmit", { event: "sse:notify", args: [1, { two: ["é"] }, null] });
    assert.deepEqual(await heard, [node, 1, { two: ["é"] }, null]);
    await settled(a, a);
    assert.deepEqual(seen, []);
  });

  by("the other servers answer", async (scope) => {
    const { a, b } = await pair(scope);
    const { node } = await ctl(b, "whoami");
    const q = { event: "sse:ask", args: ["why", [1, { a: null }]], ack: true };
    assert.deepEqual(await ctl(a, "serverSideEmit", q), {
      timedOut: false,
      responses: [{ node, args: ["why", [1, { a: null }]] }],
    });
  });

  /* ---------- namespaces ---------- */

  by("namespaces are kept apart", async (scope) => {
    const { a, b } = await pair(scope);
    const { a: main, b: other } = await pair(scope, { namespace: "/" });
    const { b: chat } = await pair(scope, { namespace: "/chat" });
    const event = fresh("news");
    const seen = [a, b, main, other, chat].map((s) => collect(s, event));
    await ctl(main, "emit", { event, args: [1] });
    await settled(main, main, other);
    await settled(a, b);
    await reaches(main, other);
    assert.deepEqual(seen, [[], [], [[1]], [[1]], []]);
  });

  by("a namespace with a middleware works across nodes", async (scope) => {
    const { a, b } = await pair(scope, { namespace: "/guarded", auth: { token: "let-me-in" } });
    await join(b, a, fresh("room"));
  });

  /* ---------- emitters ---------- */

  // there is none of the reference's for shard channels, and none installed for streams
  if (adapter === "classic" || here.name.includes("switchboard")) {
    by("an emitter reaches the clients of both", async (scope) => {
      const { a, b, namespace: nsp } = await pair(scope);
      await join(b, a, "lobby");
      const tell = (does, q) => ctl(a, "emitter", { does, nsp, ...q });
      const seen = [a, b].map((s) => collect(s, "news"));
      await tell("emit", { event: "news", args: VALUES });
      await tell("emit", { to: "lobby", event: "news", args: [EVERY_BYTE] });
      await tell("emit", { to: b.id, event: "news", args: [2] });
      await tell("emit", { except: "lobby", event: "news", args: [3], compress: false });
      await tell("emit", { to: [a.id, b.id], event: "news", args: [4] });
      await until(() => seen.every((s) => s.at(-1)?.[0] === 4), "the last one arrives");
      assert.deepEqual(seen[0], [VALUES, [3], [4]]);
      const light = next(b, "light");
      await tell("emit", { event: "light", volatile: true });
      await light;
      assert.deepEqual(bytes(seen[1][1][0]), [...EVERY_BYTE]);
      assert.deepEqual([seen[1][0], ...seen[1].slice(2)], [VALUES, [2], [4]]);
    });

    by("an emitter moves sockets, speaks to servers and sends sockets away", async (scope) => {
      const { a, b, namespace: nsp } = await pair(scope);
      const tell = (does, q) => ctl(a, "emitter", { does, nsp, ...q });
      const isIn = async (room) => (await ctl(b, "whoami")).rooms.includes(room);
      await tell("socketsJoin", { to: b.id, rooms: ["x", "y"] });
      await until(() => isIn("y"), "it joined");
      await tell("socketsLeave", { to: "x", rooms: "y" });
      await until(async () => !(await isIn("y")), "it left");
      const heard = [a, b].map((s) => next(s, "sse:seen"));
      await tell("serverSideEmit", { event: "sse:notify", args: ["hello"] });
      for (const [, word] of await Promise.all(heard)) assert.equal(word, "hello");
      const gone = next(b, "disconnect");
      await tell("disconnectSockets", { to: "x", close: true });
      assert.equal((await gone)[0], "io server disconnect");
      assert.equal(a.connected, true);
    });
  }

  /* ---------- recovery ---------- */

  if (recovery) {
    by("a client that was cut off comes back on the other node", async (scope) => {
      const { a, b, namespace } = await pair(scope);
      const c = await connect(scope, kind, here.url, { namespace });
      const { id } = c;
      await ctl(a, "watch");
      await join(c, b, "lobby");
      await ctl(c, "data", { set: { name: "ann", list: [1, { two: 2 }] } });
      const seen = collect(c, "news");
      await ctl(b, "emit", { to: "lobby", event: "news", args: ["before"] });
      await until(() => seen.length === 1, "the event before the cut");

      const gone = next(a, "ctl:gone");
      c.io.engine.close();
      await gone;
      const tell = async (from, q, ...args) => {
        await ctl(from, "emit", { ...q, event: "news", args });
        await settled(from, from === a ? b : a);
      };
      await tell(a, { to: "lobby" }, 1, EVERY_BYTE);
      await tell(b, {}, "to all");
      await tell(b, { to: "elsewhere" }, "not for it");
      await tell(a, { except: "lobby" }, "not for it either");
      await tell(b, { to: id }, "to it alone");

      c.io.uri = there.url;
      c.connect();
      await connected(c);
      assert.deepEqual([c.recovered, c.id], [true, id]);
      await tell(a, { to: "lobby" }, "and on");
      await until(() => seen.at(-1)[0] === "and on", "the event after it came back");
      assert.deepEqual(bytes(seen[1][1]), [...EVERY_BYTE]);
      assert.deepEqual(
        seen.map(([first]) => first),
        ["before", 1, "to all", "to it alone", "and on"],
      );
      assert.deepEqual((await ctl(c, "whoami")).rooms, [id, "lobby"].sort());
      const [found] = (await ctl(a, "fetchSockets", { to: "lobby" })).sockets;
      assert.deepEqual(found.data, { name: "ann", list: [1, { two: 2 }] });
    });

    by("a session is resumed once", async (scope) => {
      const { a, b, namespace } = await pair(scope);
      const c = await connect(scope, kind, here.url, { namespace });
      await ctl(a, "watch");
      await reaches(b, c);
      const [pid, offset, id] = [c._pid, c._lastOffset, c.id];
      const gone = next(a, "ctl:gone");
      c.io.engine.close();
      await gone;
      const thief = async () => {
        const socket = await connect(scope, kind, there.url, { namespace, auth: { pid, offset } });
        return { id: socket.id, ...(await ctl(socket, "whoami")) };
      };
      const first = await thief();
      assert.deepEqual([first.recovered, first.id], [true, id]);
      const second = await thief();
      assert.equal(second.recovered, false);
      assert.notEqual(second.id, id);
    });
  }

  if (adapter === "classic" && here.name === "node") {
    by("all rooms of all nodes are known", async (scope) => {
      const { a, b } = await pair(scope);
      await join(b, a, "lobby");
      const { rooms } = await ctl(a, "allRooms");
      assert.deepEqual(rooms, [a.id, b.id, "lobby"].sort());
    });
  }
}

await runChecks({ atOnce: 8 });
