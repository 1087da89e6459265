// Connection state recovery across the nodes of a cluster with the streams adapter, with the
// official client: cut off on one node, back on another. Profile cluster with RECOVERY=1.
// Options: other=<URL of the second node> names=<of the first>,<of the second>
//   kill=<process id of the first node> redis=<URL>: it is killed, and nothing else is checked
//   traffic=1: also while messages are sent all the time, which the reference gets wrong: it gives
//   what it reads on the way back once more, and its own messages out of the stream's order
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { check, listOption, option, runChecks, until as untilIn, url } from "./lib/checks.mjs";
import { collect, connect, connected, ctl, next as nextIn } from "./lib/clients.mjs";

const PATIENCE = 12_000;
const until = (condition, what) => untilIn(condition, what, PATIENCE);
const next = (socket, event) => nextIn(socket, event, PATIENCE);

const names = listOption("names", "one,two");
const nodes = [url, option("other")].map((u, i) => ({ url: u.replace(/\/$/, ""), name: names[i] }));
const kind = { version: "4.8", mode: "websocket" };
const pid = option("kill");
let redis;

let counter = 0;
const freshNamespace = () => `/dyn-${++counter}`;
const withoutOffset = (list) => list.map((args) => args.slice(0, -1));

/** A socket here, in room "lobby", and one on each node that can emit to it. */
async function trio(scope, here, there) {
  const namespace = freshNamespace();
  const socket = await connect(scope, kind, here.url, { namespace });
  const a = await connect(scope, kind, here.url, { namespace });
  const b = await connect(scope, kind, there.url, { namespace });
  await ctl(a, "watch");
  await ctl(socket, "join", { rooms: "lobby" });
  // an offset to come back with, of a message of the other node
  const first = collect(socket, "first");
  await until(async () => {
    await ctl(b, "emit", { to: "lobby", event: "first" });
    return first.length > 0;
  }, "the nodes hear each other");
  const mark = next(socket, "mark");
  await ctl(b, "emit", { to: "lobby", event: "mark" });
  await mark;
  return { socket, a, b };
}

const cut = async (socket, watcher) => {
  const gone = next(watcher, "ctl:gone");
  const lost = next(socket, "disconnect");
  socket.io.engine.close();
  await lost;
  await gone;
};

/** Waits until what a node has sent so far is in the stream. */
async function written(from, ...others) {
  const event = `written-${++counter}`;
  const marks = others.map((s) => next(s, event));
  await ctl(from, "emit", { event });
  await Promise.all(marks);
}

const comeBack = async (socket, node) => {
  socket.io.uri = node.url;
  socket.connect();
  await connected(socket);
};

const wholeWay = (here, there) =>
  check(
    `a socket of ${here.name} comes back on ${there.name}, and misses nothing`,
    async (scope) => {
      const { socket, a, b } = await trio(scope, here, there);
      const { id } = socket;
      await ctl(socket, "data", { set: { name: "ann" } });
      await cut(socket, a);
      const seen = collect(socket, "news");
      const expected = [];
      for (const [from, other] of [[a, b], [b, a]]) {
        const emit = (q, ...args) => ctl(from, "emit", { ...q, event: "news", args });
        const n = expected.length;
        await emit({ to: "lobby" }, n, { two: [2] });
        await emit({}, n + 1);
        await emit({ to: "elsewhere" }, "not for it");
        await emit({ except: "lobby" }, "not for it either");
        await emit({ to: id }, n + 2, Buffer.of(0, 255));
        await written(from, from, other);
        expected.push([n, { two: [2] }], [n + 1], [n + 2, Buffer.of(0, 255)]);
      }
      await comeBack(socket, there);
      assert.deepEqual([socket.recovered, socket.id], [true, id]);
      const last = next(socket, "last");
      await ctl(a, "emit", { to: "lobby", event: "last" });
      await last;
      assert.deepEqual(withoutOffset(seen), expected);
      const { recovered, rooms } = await ctl(socket, "whoami");
      assert.deepEqual({ recovered, rooms }, { recovered: true, rooms: [id, "lobby"].sort() });
      const { sockets } = await ctl(a, "fetchSockets", { to: "lobby" });
      assert.deepEqual(sockets.map((s) => [s.id, s.data]), [[id, { name: "ann" }]]);
    },
    { seconds: 40 },
  );

const underTraffic = (here, there) =>
  check(
    `a socket that goes from ${here.name} to ${there.name} and back gets each message once`,
    async (scope) => {
      const { socket, a, b } = await trio(scope, here, there);
      const seen = { a: [], b: [] };
      socket.on("n", (from, n) => seen[from].push(n));
      let stop = false;
      const counts = { a: 0, b: 0 };
      const publish = async (from, name) => {
        while (!stop) {
          await ctl(from, "emit", { to: "lobby", event: "n", args: [name, counts[name]++] });
        }
      };
      const publishing = [publish(a, "a"), publish(b, "b")];
      for (const node of [there, here, there, here]) {
        await until(() => seen.a.length && seen.b.length, "something came");
        const watcher = node === there ? a : b;
        await ctl(watcher, "watch");
        await cut(socket, watcher);
        await comeBack(socket, node);
        assert.equal(socket.recovered, true);
      }
      stop = true;
      await Promise.all(publishing);
      for (const name of ["a", "b"]) {
        const all = Array.from({ length: counts[name] }, (_, n) => n);
        await until(() => seen[name].length >= all.length, `all of ${name}`);
        assert.deepEqual(seen[name], all);
      }
    },
    { seconds: 60 },
  );

const once = (here, there) =>
  check(
    `what a socket of ${here.name} left is given out once`,
    async (scope) => {
      const { socket, a } = await trio(scope, here, there);
      await cut(socket, a);
      const auth = { pid: socket._pid, offset: socket._lastOffset };
      const namespace = socket.nsp;
      await comeBack(socket, there);
      assert.equal(socket.recovered, true);
      const thief = await connect(scope, kind, there.url, { namespace, auth });
      assert.equal(thief.recovered, false);
      assert.notEqual(thief.id, socket.id);
    },
    { seconds: 40 },
  );

const killed = (here, there) =>
  check(
    `a socket of ${here.name} comes back on ${there.name} after its node was killed`,
    async (scope) => {
      const { socket, b } = await trio(scope, here, there);
      const { id } = socket;
      await ctl(socket, "data", { set: { name: "ann" } });
      await ctl(socket, "join", { rooms: "late" });
      await until(async () => {
        const kept = Buffer.from((await redis.get(`sio:session:${socket._pid}`)) ?? "", "base64");
        return ["late", "ann"].every((word) => kept.includes(word));
      }, "the session is kept");
      const seen = collect(socket, "news");
      const lost = next(socket, "disconnect");
      process.kill(Number(pid), "SIGKILL");
      await lost;
      await ctl(b, "emit", { to: "lobby", event: "news", args: [1] });
      await ctl(b, "emit", { to: "late", event: "news", args: [2] });
      await written(b, b);
      await comeBack(socket, there);
      assert.deepEqual([socket.recovered, socket.id], [true, id]);
      const last = next(socket, "last");
      await ctl(b, "emit", { to: "late", event: "last" });
      await last;
      assert.deepEqual(withoutOffset(seen), [[1], [2]]);
    },
    { seconds: 60 },
  );

if (pid) {
  const { createClient } = createRequire(import.meta.url)("redis");
  redis = createClient({ url: option("redis") });
  await redis.connect();
  killed(nodes[0], nodes[1]);
} else {
  for (const [here, there] of [nodes, [...nodes].reverse()]) {
    wholeWay(here, there);
    if (option("traffic")) underTraffic(here, there);
    once(here, there);
  }
}
runChecks({ atOnce: 2 });
