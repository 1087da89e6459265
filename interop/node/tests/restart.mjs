// Clients whose server is killed, stopped and started again. This script starts the server itself,
// on the port of the URL, with profile cluster, EIO3=1 and a short heartbeat.
// Options: command=<JSON list: the command that starts the server>
// versions=4.8,4.0,3,2 modes=polling,websocket,upgrade.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { check, listOption, option, runChecks, sleep, until, url, within } from "./lib/checks.mjs";
import { ask, connect, connected, createSocket, ctl, kinds, next } from "./lib/clients.mjs";

const command = JSON.parse(option("command"));
const versions = listOption("versions", "4.8,4.0,3,2");
const all = kinds(versions, listOption("modes", "polling,websocket,upgrade"));
const RECONNECTING = {
  reconnection: true,
  reconnectionDelay: 50,
  reconnectionDelayMax: 200,
  timeout: 2000,
};

class Server {
  static async start(scope, env = {}) {
    const server = new Server();
    server.process = spawn(command[0], command.slice(1), {
      env: {
        ...process.env,
        PROFILE: "cluster",
        EIO3: "1",
        PING_INTERVAL: "400",
        PING_TIMEOUT: "400",
        PORT: new URL(url).port,
        ENDS_WITH_STDIN: "1",
        ...env,
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    server.ended = new Promise((resolve) => server.process.once("exit", (code) => resolve(code)));
    scope.onEnd(() => server.kill("SIGKILL"));
    const ready = new Promise((resolve) =>
      createInterface(server.process.stdout).on("line", (line) => {
        if (line.startsWith("READY")) resolve();
      }),
    );
    const early = server.ended.then((code) => {
      throw new Error(`the server ended with ${code} before it was ready`);
    });
    await within(15_000, Promise.race([ready, early]), "READY");
    return server;
  }

  signal(name) {
    this.process.kill(name);
  }

  async kill(name) {
    this.signal(name);
    await this.ended;
  }
}

const LOST = /^transport (close|error)$/;

async function connectAll(scope, options) {
  const sockets = await Promise.all(
    all.map((kind) => connect(scope, kind, url, { ...RECONNECTING, ...options })),
  );
  return sockets;
}

const nameOf = (sockets, socket) => {
  const { version, mode } = all[sockets.indexOf(socket)];
  return `client ${version}, ${mode}`;
};

async function allConnected(sockets) {
  await until(
    () => sockets.every((s) => s.connected),
    () => sockets.filter((s) => !s.connected).map((s) => nameOf(sockets, s)),
    10_000,
  );
}

check("all clients come back after the server was killed and send what they kept", async (scope) => {
  const first = await Server.start(scope);
  const sockets = await connectAll(scope);
  const firstIds = sockets.map((s) => s.id);
  const reasons = sockets.map((s) => next(s, "disconnect"));
  await first.kill("SIGKILL");
  for (const reason of reasons) assert.match((await reason)[0], LOST);
  const kept = sockets.map((s) => ask(s, "ctl:join", { rooms: "kept" }));
  await Server.start(scope);
  await allConnected(sockets);
  for (const [i, answer] of kept.entries()) {
    const { ok, rooms } = (await answer)[0];
    assert.deepEqual([ok, rooms], [true, [sockets[i].id, "kept"].sort()]);
    assert.notEqual(sockets[i].id, firstIds[i]);
  }
}, { seconds: 40 });

check("all clients come back after the server was asked to end", async (scope) => {
  const first = await Server.start(scope);
  const sockets = await connectAll(scope);
  const reasons = sockets.map((s) => next(s, "disconnect"));
  const asked = performance.now();
  await first.kill("SIGTERM");
  assert.ok(performance.now() - asked < 5000, "it ends soon");
  for (const reason of reasons) assert.match((await reason)[0], LOST);
  await Server.start(scope);
  await allConnected(sockets);
  for (const socket of sockets) assert.equal((await ctl(socket, "whoami")).id, socket.id);
}, { seconds: 40 });

check("all clients notice a server that hangs, and come back when it goes on", async (scope) => {
  const server = await Server.start(scope);
  const sockets = await connectAll(scope);
  const reasons = sockets.map((s) => next(s, "disconnect", 10_000));
  server.signal("SIGSTOP");
  for (const [i, reason] of reasons.entries()) {
    assert.equal((await reason)[0], "ping timeout", nameOf(sockets, sockets[i]));
  }
  server.signal("SIGCONT");
  await allConnected(sockets);
  for (const socket of sockets) assert.equal((await ctl(socket, "whoami")).id, socket.id);
}, { seconds: 40 });

check("a session is not recovered from a server that was killed", async (scope) => {
  const first = await Server.start(scope, { RECOVERY: "1" });
  const kind = { version: "4.8", mode: "websocket" };
  const socket = createSocket(scope, kind, url, RECONNECTING);
  await connected(socket);
  const { id } = socket;
  await ctl(socket, "emit", { to: id, event: "first" });
  await first.kill("SIGKILL");
  await Server.start(scope, { RECOVERY: "1" });
  await until(() => socket.connected && socket.id !== id, "it is connected again");
  assert.equal(socket.recovered, false);
  assert.deepEqual((await ctl(socket, "whoami")).rooms, [socket.id]);
}, { seconds: 40 });

check("a client keeps trying while there is no server", async (scope) => {
  const sockets = ["4.8", "4.0", "3", "2"].map((version) =>
    createSocket(scope, { version, mode: "upgrade" }, url, RECONNECTING),
  );
  await sleep(500);
  await Server.start(scope);
  await until(() => sockets.every((s) => s.connected), "all are connected", 8000);
}, { seconds: 40 });

await runChecks({ atOnce: 1 });
