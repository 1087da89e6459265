// Each event of profile badinput and what its variants allow, with clients that behave.
// Options: variant=, eio3, polling, websocket or noupgrade (the profile's ending).
import assert from "node:assert/strict";
import { check, option, runChecks, url } from "./lib/checks.mjs";
import { ask, connect, createSocket, next, refused, transportOf } from "./lib/clients.mjs";
import { http, Link } from "./lib/wire.mjs";

const variant = option("variant", "");
const mode = { polling: "polling", noupgrade: "polling" }[variant] ?? "websocket";
const kind = { version: "4.8", mode };
const open = (scope, namespace) => connect(scope, kind, url, { namespace });

const VALUES = [
  ["binary", Buffer.of(1)],
  ["null", null],
  ["array", [1]],
  ["string", "x"],
  ["number", 1.5],
  ["boolean", false],
  ["object", { a: 1 }],
];

for (const namespace of ["/", "/static", "/dyn-1234"]) {
  check(`${namespace}: echo comes back as an event or as an acknowledgement`, async (scope) => {
    const socket = await open(scope, namespace);
    const args = ["a", 1, null, [2, { b: 3 }]];
    const back = next(socket, "echo");
    socket.emit("echo", ...args);
    assert.deepEqual(await back, args);
    assert.deepEqual(await ask(socket, "echo", ...args), args);
    assert.deepEqual(await ask(socket, "echo"), []);
  });

  check(`${namespace}: kind names what came`, async (scope) => {
    const socket = await open(scope, namespace);
    for (const [name, value] of VALUES) {
      assert.deepEqual(await ask(socket, "kind", value), [name]);
      const back = next(socket, "kind");
      socket.emit("kind", value);
      assert.deepEqual(await back, [name]);
    }
  });

  check(`${namespace}: ask tells the client what it answered`, async (scope) => {
    const socket = await open(scope, namespace);
    socket.on("asked", (answer) => answer(1, "two", { three: [] }));
    const answered = next(socket, "answered");
    socket.emit("ask");
    assert.deepEqual(await answered, [[1, "two", { three: [] }]]);
  });

  check(`${namespace}: nothing is polluted by odd names`, async (scope) => {
    const socket = await open(scope, namespace);
    const odd = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    await ask(socket, "echo", odd);
    assert.deepEqual(await ask(socket, "polluted"), [{ polluted: "no" }]);
  });
}

check("/deny refuses with data", async (scope) => {
  const socket = createSocket(scope, kind, url, { namespace: "/deny" });
  assert.deepEqual(await refused(socket, "4.8"), { message: "denied", data: { code: 42 } });
});

check("a name that only begins or ends as a dynamic one does not exist", async (scope) => {
  for (const namespace of ["/dyn-12345", "/dyn-", "/x/dyn-1", "/dyn-1\n", "/dyn-١"]) {
    const socket = createSocket(scope, kind, url, { namespace });
    assert.equal((await refused(socket, "4.8")).message, "Invalid namespace", namespace);
  }
});

check("the handshake tells the variant's limits and upgrades", async (scope) => {
  const target = `${url}/socket.io/?EIO=4&transport=${mode}`;
  const packet =
    mode === "polling" ? (await http(target)).text : await new Link(scope, target).next();
  const { upgrades, ...rest } = JSON.parse(packet.slice(1));
  delete rest.sid;
  assert.deepEqual(rest, { pingInterval: 20000, pingTimeout: 5000, maxPayload: 10000 });
  assert.deepEqual(upgrades, []); // direct WebSocket, or a variant without upgrades
});

check("the other transport is there only where the variant has it", async (scope) => {
  const polling = await http(`${url}/socket.io/?EIO=4&transport=polling`);
  const link = new Link(scope, `${url}/socket.io/?EIO=4&transport=websocket`);
  const opened = await Promise.race([link.next(), link.refused]);
  assert.equal(polling.status, variant === "websocket" ? 400 : 200);
  assert.equal(typeof opened === "string", variant !== "polling");
  if (variant === "") {
    assert.deepEqual(JSON.parse(polling.text.slice(1)).upgrades, ["websocket"]);
  }
});

check("clients of version 2 are let in only by the variant eio3", async (scope) => {
  const old = createSocket(scope, { version: "2", mode }, url);
  const connected = await new Promise((resolve) => {
    old.once("connect", () => resolve(true));
    old.once("connect_error", () => resolve(false));
    old.once("error", () => resolve(false));
  });
  assert.equal(connected, variant === "eio3");
});

check("a client stays on the transport that it began with", async (scope) => {
  const socket = await open(scope, "/");
  assert.equal(transportOf(socket), mode);
});

check("no answer carries a CORS header", async () => {
  const headers = { Origin: "https://app.example" };
  const answer = await http(`${url}/socket.io/?EIO=4&transport=nope`, { headers });
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
});

await runChecks({ atOnce: 6 });
