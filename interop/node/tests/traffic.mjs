// Room traffic over a cluster of three nodes: 600 clients, 60 rooms with ten members each, and a
// publisher on each node that sends to all rooms. Every message says who sent it to which room as
// the how-manieth, so that what is lost, doubled, misled or out of order shows.
// Profile cluster with ADAPTER on each node.
// Options: others=<URLs of the second and third node> seconds=8 rate=100 (messages a second and
// publisher)
import assert from "node:assert/strict";
import { check, listOption, option, runChecks, sleep, until, url } from "./lib/checks.mjs";
import { connect, ctl } from "./lib/clients.mjs";

const CLIENTS = 600;
const ROOMS = 60;
const nodes = [url, ...listOption("others", "")];
const seconds = Number(option("seconds", "8"));
const rate = Number(option("rate", "100"));
const kind = { version: "4.8", mode: "websocket" };
const MEMBERS = CLIENTS / ROOMS;
// ten neighbours share a room: three or four on each node
const rooms = Array.from({ length: CLIENTS }, (_, i) => `room-${Math.floor(i / MEMBERS)}`);

const counts = { sent: 0, delivered: 0, doubled: 0, misled: 0, disordered: 0, disconnects: 0 };
const latencies = [];

/** Watches what one client gets: per publisher, the numbers must go up by one. */
function watch(socket, room) {
  const last = new Map();
  socket.on("disconnect", () => counts.disconnects++);
  socket.on("m", (publisher, to, n, at) => {
    if (to !== room) return counts.misled++;
    const before = last.get(publisher) ?? -1;
    if (n <= before) counts[n === before ? "doubled" : "disordered"]++;
    last.set(publisher, Math.max(n, before));
    counts.delivered++;
    latencies.push(performance.now() - at);
  });
}

async function publish(socket, publisher) {
  const next = Array(ROOMS).fill(0);
  const start = performance.now();
  for (let sent = 0; performance.now() - start < seconds * 1000; ) {
    for (const due = ((performance.now() - start) / 1000) * rate; sent < due; sent++) {
      const room = sent % ROOMS;
      const args = [publisher, `room-${room}`, next[room]++, performance.now()];
      socket.emit("ctl:emit", { to: `room-${room}`, event: "m", args }, () => {});
      counts.sent++;
    }
    await sleep(5);
  }
}

async function traffic(scope) {
  const sockets = [];
  for (let i = 0; i < CLIENTS; i += 50) {
    const some = Array.from({ length: 50 }, (_, k) =>
      connect(scope, kind, nodes[(i + k) % nodes.length], { namespace: "/chat" }),
    );
    sockets.push(...(await Promise.all(some)));
  }
  await Promise.all(sockets.map((socket, i) => ctl(socket, "join", { rooms: rooms[i] })));
  const publishers = sockets.slice(0, nodes.length);
  for (const socket of publishers) {
    await until(async () => (await ctl(socket, "serverCount")).count === nodes.length, "3 nodes");
  }
  // one message to each room from each node has arrived: all are subscribed
  await Promise.all(publishers.map((socket) => warmUp(socket, sockets)));

  sockets.forEach((socket, i) => watch(socket, rooms[i]));
  await Promise.all(publishers.map((socket, i) => publish(socket, i)));
  const expected = counts.sent * MEMBERS;
  await until(() => counts.delivered >= expected, "all", 15000).catch(() => {});
  await sleep(300); // what is doubled may still be on its way
  latencies.sort((a, b) => a - b);
  const at = (q) => latencies[Math.floor(latencies.length * q)]?.toFixed(1);
  console.error(
    `${option("adapter", "?")}: ${JSON.stringify({ ...counts, expected })}`,
    `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${latencies.at(-1)?.toFixed(1)} ms`,
  );
  assert.ok(counts.sent >= nodes.length * rate * seconds * 0.5, `only ${counts.sent} were sent`);
  const { doubled, misled, disordered, disconnects } = counts;
  assert.deepEqual(
    { lost: expected - counts.delivered, doubled, misled, disordered, disconnects },
    { lost: 0, doubled: 0, misled: 0, disordered: 0, disconnects: 0 },
  );
}

async function warmUp(publisher, sockets) {
  const event = `warm-${publisher.id}`;
  const reached = new Set();
  sockets.forEach((socket, i) => socket.on(event, () => reached.add(i)));
  await until(
    async () => {
      const missing = new Set(rooms.filter((_, i) => !reached.has(i)));
      await Promise.all([...missing].map((to) => ctl(publisher, "emit", { to, event })));
      await sleep(20);
      return reached.size === sockets.length;
    },
    () => `${reached.size} of ${sockets.length} are reached`,
    20000,
  );
  sockets.forEach((socket) => socket.off(event));
  // later ones of these are still under way, but have a name of their own
}

check(
  "600 clients in 60 rooms of 3 nodes get each message once and in order",
  traffic,
  { seconds: seconds + 60 },
);

await runChecks();
