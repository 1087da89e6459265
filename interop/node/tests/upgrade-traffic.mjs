// Many clients that upgrade from polling to WebSocket while messages flow both ways: none may be
// lost, come twice or out of order. Profile bench.
// Options: runs=2 clients=200 messages=100 (from each client, and back) others=<URLs of further
// nodes>, if each request is to reach another one.
import assert from "node:assert/strict";
import { check, listOption, option, runChecks, sleep, until, url } from "./lib/checks.mjs";
import { connect, connected, createSocket, transportOf } from "./lib/clients.mjs";
import { spread } from "./lib/spread.mjs";

const RUNS = Number(option("runs", "2"));
const CLIENTS = Number(option("clients", "200"));
const MESSAGES = Number(option("messages", "100"));
const MESSAGE_EVERY_MILLIS = 20;
const BROADCAST_EVERY_MILLIS = 20;
const CONNECT_EVERY_MILLIS = 4;
const manyNodes = option("others") !== undefined;
const entrance = manyNodes ? await spread([url, ...listOption("others")]) : url;
// many nodes hold a connection back for 300 ms, so that some upgrade before it and some after
const LATEST_UPGRADE_MILLIS = manyNodes ? 600 : 250;

/** What is wrong with a list that should count up by ones: {lost, reordered, doubled}. */
function faults(numbers) {
  const seen = new Set();
  let [doubled, reordered, last] = [0, 0, -Infinity];
  for (const n of numbers) {
    if (seen.has(n)) doubled++;
    else if (n < last) reordered++;
    seen.add(n);
    last = Math.max(last, n);
  }
  const lost = numbers.length ? last - numbers[0] + 1 - seen.size : 0;
  return { lost: Math.max(lost, 0), reordered, doubled };
}

/** Connects over polling and starts to send at once; the upgrade begins after `upgradeMillis`. */
async function talk(scope, upgradeMillis) {
  const socket = createSocket(scope, { version: "4.8", mode: "upgrade" }, entrance);
  const { engine } = socket.io;
  const probe = engine._probe.bind(engine);
  engine._probe = (transport) => setTimeout(probe, upgradeMillis, transport);
  const client = { socket, echoes: [], broadcasts: [], sentOverPolling: 0 };
  socket.on("echo", (n) => client.echoes.push(n));
  socket.on("msg", (n) => client.broadcasts.push(n));
  await connected(socket, 30_000);
  for (let n = 0; n < MESSAGES; n++) {
    if (transportOf(socket) === "polling") client.sentOverPolling++;
    socket.emit("echo", n);
    await sleep(MESSAGE_EVERY_MILLIS);
  }
  return client;
}

for (let run = 1; run <= RUNS; run++) {
  check(
    `run ${run}: ${CLIENTS} clients upgrade under traffic, nothing is lost, reordered or doubled`,
    async (scope) => {
      const driver = await connect(scope, { version: "4.8", mode: "websocket" }, entrance);
      let tick = 0;
      const ticking = setInterval(() => driver.emit("bcast", tick++), BROADCAST_EVERY_MILLIS);
      scope.onEnd(() => clearInterval(ticking));

      const talks = [];
      for (let i = 0; i < CLIENTS; i++) {
        talks.push(talk(scope, (i * 37) % LATEST_UPGRADE_MILLIS));
        await sleep(CONNECT_EVERY_MILLIS);
      }
      const clients = await Promise.all(talks);
      clearInterval(ticking);
      const last = tick - 1;
      await until(
        () => clients.every((c) => c.echoes.length >= MESSAGES && c.broadcasts.at(-1) === last),
        () => "all has arrived; of the clients these have not all: " + missing(clients, last),
        20_000,
      ).catch((e) => console.error(e.message)); // the faults below say more
      await sleep(100); // for what comes twice

      for (const { socket, echoes, broadcasts } of clients) {
        assert.equal(transportOf(socket), "websocket");
        assert.deepEqual(faults(echoes), { lost: 0, reordered: 0, doubled: 0 }, "echoes");
        assert.deepEqual([echoes[0], echoes.length], [0, MESSAGES], "echoes");
        assert.deepEqual(faults(broadcasts), { lost: 0, reordered: 0, doubled: 0 }, "broadcasts");
        assert.equal(broadcasts.at(-1), last, "the last broadcast");
      }
      const early = clients.filter((c) => c.sentOverPolling > 0).length;
      assert.ok(early > CLIENTS / (manyNodes ? 5 : 2), `only ${early} clients sent anything before their upgrade`);
    },
    { seconds: 60, alone: true },
  );
}

function missing(clients, last) {
  return JSON.stringify(
    clients
      .map((c, i) => [i, c.echoes.length, c.broadcasts.at(-1)])
      .filter(([, echoes, broadcast]) => echoes < MESSAGES || broadcast !== last)
      .slice(0, 5),
  );
}

await runChecks({ atOnce: 1 });
