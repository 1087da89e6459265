// Clients that keep their connection by the heartbeat, and clients that fall silent.
// Profile cluster with EIO3=1 PING_INTERVAL=300 PING_TIMEOUT=300.
// Options: versions=4.8,4.0,3,2 modes=polling,websocket,upgrade; server=node for the reference.
import assert from "node:assert/strict";
import { check, listOption, option, runChecks, sleep, url } from "./lib/checks.mjs";
import { connect, ctl, kinds, next } from "./lib/clients.mjs";

const TIMEOUT = 600; // interval and timeout

let counter = 0;
const freshNamespace = () => `/dyn-${++counter}`;

const versions = listOption("versions", "4.8,4.0,3,2");
const modes = listOption("modes", "polling,websocket,upgrade");

for (const kind of kinds(versions, modes)) {
  const { version, mode } = kind;
  const by = (name, body) => check(`client ${version}, ${mode}: ${name}`, body);

  by("stays connected for as long as it answers the heartbeat", async (scope) => {
    const socket = await connect(scope, kind, url);
    const { id } = socket;
    await sleep(4 * TIMEOUT);
    assert.equal(socket.id, id);
    assert.equal((await ctl(socket, "whoami")).id, id);
  });

  // the reference forgets to watch over a session of version 2 once it is upgraded
  if (version === "2" && mode === "upgrade" && option("server") === "node") continue;

  by("is given up by the server when it falls silent", async (scope) => {
    const namespace = freshNamespace();
    const watcher = await connect(scope, kind, url, { namespace });
    const silent = await connect(scope, kind, url, { namespace });
    const { id } = silent;
    await ctl(watcher, "watch");
    const gone = next(watcher, "ctl:gone");
    const engine = silent.io.engine;
    engine.sendPacket = engine._sendPacket = () => {};
    // version 2 pings by itself, and gives up by itself
    engine.setPing = engine.onHeartbeat = () => {};
    engine.off("heartbeat");
    clearTimeout(engine.pingIntervalTimer);
    clearTimeout(engine.pingTimeoutTimer);
    const fellSilent = performance.now();
    const [{ id: who, reason }] = await gone;
    const lasted = performance.now() - fellSilent;
    assert.deepEqual({ who, reason }, { who: id, reason: "ping timeout" });
    // its last sign of life was up to an interval ago
    assert.ok(lasted > 250 && lasted < TIMEOUT + 400, `${lasted} ms`);
  });
}

await runChecks({ atOnce: 24 });
