// Each event of profile java-client, as the official clients see it (EIO3=1 for version 2).
// Options: versions=4.8,4.0,3,2 modes=polling,websocket,upgrade nsp=/ (the server's NSP).
import assert from "node:assert/strict";
import { check, listOption, option, runChecks, url } from "./lib/checks.mjs";
import {
  alongside,
  ask,
  collect,
  connected,
  createSocket,
  kinds,
  next,
  refused,
  upgraded,
} from "./lib/clients.mjs";
import { http, Link } from "./lib/wire.mjs";

const versions = listOption("versions", "4.8,4.0,3,2");
const modes = listOption("modes", "polling,websocket,upgrade");
const nsp = option("nsp", "/");
const ISO_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const secure = url.startsWith("https");
if (secure) process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the certificate is the test's own
const text = (value) => Buffer.from(value).toString();

for (const kind of kinds(versions, modes)) {
  const { version, mode } = kind;
  const by = (name, body) => check(`client ${version}, ${mode}: ${name}`, body);
  const create = (scope, options) =>
    createSocket(scope, kind, url, { rejectUnauthorized: false, ...options });
  /** A connected socket of the main namespace, after its greeting, or of another. */
  const open = async (scope, options) => {
    const socket = create(scope, { namespace: nsp, ...options });
    const greeting = socket.nsp === nsp ? next(socket, "message") : undefined;
    await connected(socket);
    await greeting;
    if (mode === "upgrade") await upgraded(socket);
    return socket;
  };
  const exchange = async (socket, reply, event, ...args) => {
    const answer = next(socket, reply);
    socket.emit(event, ...args);
    return answer;
  };

  by("the client is greeted", async (scope) => {
    const socket = create(scope, { namespace: nsp });
    assert.deepEqual(await next(socket, "message"), ["hello client"]);
  });

  by("message and echo come back with all that they carried", async (scope) => {
    const socket = await open(scope);
    const args = [1, "two", null, [3, { four: [true] }]];
    assert.deepEqual(await exchange(socket, "message", "message", ...args), args);
    assert.deepEqual(await exchange(socket, "echoBack", "echo", ...args), args);
    assert.deepEqual(await exchange(socket, "echoBack", "echo"), []);
    const [binary, deep] = await exchange(
      socket,
      "echoBack",
      "echo",
      Buffer.from("binary"),
      { deep: [Buffer.from("more")] },
    );
    assert.deepEqual([text(binary), text(deep.deep[0])], ["binary", "more"]);
  });

  by("ack acknowledges with all that it carried", async (scope) => {
    const socket = await open(scope);
    assert.deepEqual(await ask(socket, "ack", 5, { test: true }, "x"), [5, { test: true }, "x"]);
    assert.deepEqual(await ask(socket, "ack"), []);
    assert.equal(text((await ask(socket, "ack", Buffer.from("bin")))[0]), "bin");
  });

  by("callAck asks the client, and tells it what it answered", async (scope) => {
    const socket = await open(scope);
    socket.on("ack", (answer) => answer(1, { two: 2 }));
    assert.deepEqual(await exchange(socket, "ackBack", "callAck"), [1, { two: 2 }]);
  });

  by("callAckBinary asks the client, and sends it the binary that it answered", async (scope) => {
    const socket = await open(scope);
    socket.on("ack", (answer) => answer(Buffer.from("huehue")));
    assert.equal(text((await exchange(socket, "ackBack", "callAckBinary"))[0]), "huehue");
  });

  by("getAckBinary and getAckDate acknowledge with binary and a date", async (scope) => {
    const socket = await open(scope);
    assert.equal(text((await ask(socket, "getAckBinary", ""))[0]), "huehue");
    assert.match((await ask(socket, "getAckDate", ""))[0], ISO_DATE);
  });

  by("broadcast reaches the others, not the sender", async (scope) => {
    const [a, b] = [await open(scope), await open(scope)];
    const mark = `${version} ${mode}`; // all kinds of clients share the namespace
    const own = collect(a, "broadcastBack");
    const other = new Promise((resolve) =>
      b.on("broadcastBack", (...args) => args[0] === mark && resolve(args)),
    );
    a.emit("broadcast", mark, { x: [1] });
    assert.deepEqual(await other, [mark, { x: [1] }]);
    await ask(a, "ack");
    assert.deepEqual(own.filter(([m]) => m === mark), []);
  });

  by("room comes back through the room of the socket's own id", async (scope) => {
    if (nsp === "/") {
      assert.deepEqual(await exchange(await open(scope), "roomBack", "room", "hi"), ["hi"]);
    }
    const foo = await open(scope, { namespace: "/foo" });
    assert.deepEqual(await exchange(foo, "roomBack", "room", "hi", 2), ["hi", 2]);
  });

  by("requestDisconnect has the server end it", async (scope) => {
    const socket = await open(scope);
    const [reason] = await exchange(socket, "disconnect", "requestDisconnect");
    assert.equal(reason, "io server disconnect");
  });

  by("getHandshake tells query, auth and headers", async (scope) => {
    const socket = await open(scope, {
      query: { color: "blue" },
      extraHeaders: { "X-Custom": "a value" },
    });
    const [handshake] = await ask(socket, "getHandshake");
    assert.equal(handshake.query.color, "blue");
    if (version !== "2") assert.deepEqual(handshake.auth, {});
    assert.equal(handshake.headers["x-custom"], "a value");
    assert.equal(handshake.secure, secure);
  });

  by("/abc sends the handshake", async (scope) => {
    const query = { a: "b", nothing: "" };
    const socket = create(scope, { namespace: "/abc", query });
    const [handshake] = await next(socket, "handshake");
    assert.deepEqual([handshake.query.a, handshake.query.nothing], ["b", ""]);
  });

  by("/no refuses with data", async (scope) => {
    const data = { a: "b", c: 3 };
    const refusal = await refused(create(scope, { namespace: "/no" }), version);
    assert.deepEqual(refusal, version === "2" ? data : { message: "auth failed", data });
  });

  by("the quiet namespaces can be connected to, side by side", async (scope) => {
    const socket = await open(scope, { namespace: "/valid" });
    for (const namespace of ["/asd", "/timeout_socket"]) {
      await connected(alongside(scope, socket, namespace));
    }
  });
}

check("a request header X-SocketIO comes back in the answer, over polling", async () => {
  const polling = `${url}/socket.io/?EIO=4&transport=polling`;
  const headers = { "X-SocketIO": "hi" };
  const opened = await http(polling, { headers });
  assert.equal(opened.headers.get("x-socketio"), "hi");
  const session = `${polling}&sid=${JSON.parse(opened.text.slice(1)).sid}`;
  const posted = await http(session, { method: "POST", body: "40", headers });
  assert.equal(posted.headers.get("x-socketio"), "hi");
  assert.equal((await http(session, { headers })).headers.get("x-socketio"), "hi");
  assert.equal((await http(polling)).headers.get("x-socketio"), null);
});

check("a request header X-SocketIO comes back in the WebSocket handshake", async (scope) => {
  const link = new Link(scope, `${url}/socket.io/?EIO=4&transport=websocket`, {
    headers: { "X-SocketIO": "hi" },
  });
  assert.equal((await link.upgraded).headers["x-socketio"], "hi");
});

await runChecks({ atOnce: 8 });
