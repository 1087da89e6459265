// Clients whose requests each reach another node than the one before: what one node would do for
// them, all nodes do together. Profile bench with ADAPTER and ENGINE=cluster on each node.
// Options: others=<URLs of further nodes> versions=4.8,2
import assert from "node:assert/strict";
import { check, listOption, runChecks, sleep, until, url } from "./lib/checks.mjs";
import { ask, collect, connect, kinds, next, transportOf } from "./lib/clients.mjs";
import { spread } from "./lib/spread.mjs";

const MESSAGES = 100;
const nodes = [url, ...listOption("others", "")];
const entrance = await spread(nodes);
const all = kinds(listOption("versions", "4.8,2"), ["polling", "websocket", "upgrade"]);

for (const kind of all) {
  const who = `client ${kind.version} over ${kind.mode}`;

  check(`${who}: text and binary come back whole and in order`, async (scope) => {
    const socket = await connect(scope, kind, entrance);
    const echoes = collect(socket, "echo");
    for (let i = 0; i < MESSAGES; i++) {
      socket.emit("echo", i % 3 === 0 ? { i, bytes: Buffer.from([i, 1, 2, 3]) } : i);
      if (i % 10 === 0) await sleep(5);
    }
    await until(() => echoes.length >= MESSAGES, () => `${echoes.length} came`, 20000);
    echoes.forEach(([echo], i) => {
      assert.equal(typeof echo === "object" ? echo.i : echo, i);
      if (i % 3 === 0) assert.deepEqual([...new Uint8Array(echo.bytes)], [i, 1, 2, 3]);
    });
    assert.equal(transportOf(socket), kind.mode === "polling" ? "polling" : "websocket");
  }, { seconds: 40 });

  check(`${who}: acknowledgements and large messages`, async (scope) => {
    const socket = await connect(scope, kind, entrance);
    const large = "€".repeat(100_000);
    assert.deepEqual(await ask(socket, "ack", large, 1), [large, 1]);
  }, { seconds: 40 });

  check(`${who}: goes when it says so`, async (scope) => {
    const socket = await connect(scope, kind, entrance);
    const disconnected = next(socket, "disconnect");
    socket.disconnect();
    assert.deepEqual((await disconnected)[0], "io client disconnect");
  });
}

check("a broadcast reaches clients over every transport once", async (scope) => {
  const sockets = await Promise.all(all.map((kind) => connect(scope, kind, entrance)));
  const heard = sockets.map((socket) => collect(socket, "msg"));
  const word = `word-${Math.random()}`;
  const times = (list) => list.filter(([said]) => said === word).length;
  sockets[0].emit("bcast", word);
  await until(() => heard.every((list) => times(list) === 1), "all heard it", 10000);
  await sleep(200); // for what comes twice
  assert.ok(heard.every((list) => times(list) === 1));
}, { seconds: 40 });

check("a session that nobody has is unknown, after a second", async () => {
  const sid = "01234567890123456789";
  const answer = await fetch(`${entrance}/socket.io/?EIO=4&transport=polling&sid=${sid}`);
  assert.equal(answer.status, 400);
  assert.equal(await answer.text(), '{"code":1,"message":"Session ID unknown"}');
});

await runChecks({ atOnce: 3 });
