// Each event of profile sio-client, as the official clients see it (EIO3=1 for version 2).
// Options: versions=4.8,4.0,3,2 modes=polling,websocket,upgrade.
import assert from "node:assert/strict";
import { check, listOption, runChecks, url } from "./lib/checks.mjs";
import { ask, collect, connect, createSocket, kinds, next, refused } from "./lib/clients.mjs";

const versions = listOption("versions", "4.8,4.0,3,2");
const modes = listOption("modes", "polling,websocket,upgrade");
const ISO_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const text = (value) => Buffer.from(value).toString();
const data = Buffer.from("some bytes");

for (const kind of kinds(versions, modes)) {
  const { version, mode } = kind;
  const by = (name, body) => check(`client ${version}, ${mode}: ${name}`, body);
  const open = (scope, options) => connect(scope, kind, url, options);

  /** What the server answers with the event `reply`, less the offset at its end. */
  const exchange = async (socket, reply, ...events) => {
    const answer = next(socket, reply);
    for (const [event, ...args] of events) socket.emit(event, ...args);
    return (await answer).slice(0, -1);
  };

  by("hi is answered with hi", async (scope) => {
    assert.deepEqual(await exchange(await open(scope), "hi", ["hi"]), []);
  });

  by("echo acknowledges with what it got", async (scope) => {
    const socket = await open(scope);
    for (const value of [null, 0, "x", [1, { a: [null] }]]) {
      assert.deepEqual(await ask(socket, "echo", value), [value]);
    }
    const [binary] = await ask(socket, "echo", data);
    assert.equal(text(binary), "some bytes");
    assert.equal(text((await ask(socket, "echo", { a: [data] }))[0].a[0]), "some bytes");
  });

  by("ack asks the client, and is content with its answer", async (scope) => {
    const socket = await open(scope);
    socket.on("ack", (answer) => answer(5, { test: true }));
    assert.deepEqual(await exchange(socket, "got it", ["ack"]), []);
  });

  by("dates come as ISO text", async (scope) => {
    const socket = await open(scope);
    assert.match((await ask(socket, "getAckDate", { x: 1 }))[0], ISO_DATE);
    assert.match((await exchange(socket, "takeDate", ["getDate"]))[0], ISO_DATE);
    assert.match((await exchange(socket, "takeDateObj", ["getDateObj"]))[0].date, ISO_DATE);
  });

  by("getUtf8 sends five texts in order", async (scope) => {
    const socket = await open(scope);
    const seen = collect(socket, "takeUtf8");
    await exchange(socket, "hi", ["getUtf8"], ["hi"]);
    assert.deepEqual(
      seen.map(([t]) => t),
      ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"],
    );
  });

  by("false, doge and getbin send false and binary", async (scope) => {
    const socket = await open(scope);
    assert.deepEqual(await exchange(socket, "false", ["false"]), [false]);
    assert.equal(text((await exchange(socket, "doge", ["doge"]))[0]), "asdfasdf");
    assert.equal(text((await exchange(socket, "takebin", ["getbin"]))[0]), "asdfasdf");
  });

  by("binary is taken for binary, alone, in an object and among others", async (scope) => {
    const socket = await open(scope);
    const object = { hello: "lol", message: data, goodbye: "gotcha" };
    const cases = [
      ["buffack", ["buffa", data]],
      ["jsonbuff-ack", ["jsonbuff", object]],
      ["abuff2-ack", ["abuff1", data], ["abuff2"]],
      ["back", ["blob", data]],
      ["jsonblob-ack", ["jsonblob", object]],
      ["blob3-ack", ["blob1", data], ["blob2", "second"], ["blob3", data]],
    ];
    for (const [reply, ...events] of cases) {
      assert.deepEqual(await exchange(socket, reply, ...events), [], reply);
    }
  });

  by("what is no binary is not taken for it", async (scope) => {
    const socket = await open(scope);
    const replies = ["buffack", "jsonbuff-ack", "abuff2-ack", "back", "blob3-ack"];
    const seen = replies.map((event) => collect(socket, event));
    const object = { hello: "lol", message: "text", goodbye: "gotcha" };
    socket.emit("buffa", "text");
    socket.emit("jsonbuff", object);
    socket.emit("abuff1", [1]);
    socket.emit("abuff2");
    socket.emit("blob", { type: "Buffer", data: [1] });
    socket.emit("blob2", "second");
    socket.emit("blob3", data);
    await exchange(socket, "hi", ["hi"]);
    assert.deepEqual(seen.flat(), []);
  });

  by("getId and getHandshake tell of the connection", async (scope) => {
    const socket = await open(scope, { query: { color: "blue and red" } });
    assert.deepEqual(await ask(socket, "getId"), [socket.id]);
    const [handshake] = await ask(socket, "getHandshake");
    assert.equal(handshake.query.color, "blue and red");
    assert.equal(handshake.query.transport, mode === "websocket" ? "websocket" : "polling");
    assert.deepEqual(handshake.auth, {});
    assert.equal(handshake.xdomain, false);
    assert.equal(handshake.secure, false);
    assert.equal(handshake.address, "127.0.0.1");
    assert.ok(Math.abs(Date.now() - handshake.issued) < 60_000);
    assert.match(handshake.time, /\d{4}/);
    assert.equal(handshake.headers.host, new URL(url).host);
    assert.match(handshake.url, /^\/socket\.io\/\?/);
  });

  by("/abc sends the handshake, with query and auth", async (scope) => {
    const query = { a: "b", c: "d%2Fe" };
    const auth = version === "2" ? undefined : { token: { deep: [1] } };
    const socket = createSocket(scope, kind, url, { namespace: "/abc", query, auth });
    const [handshake] = await next(socket, "handshake");
    assert.equal(handshake.query.a, "b");
    assert.equal(handshake.query.c, "d%2Fe");
    if (auth) assert.deepEqual(handshake.auth, auth);
  });

  by("/foo tells the id of its own socket", async (scope) => {
    const socket = await open(scope, { namespace: "/foo" });
    assert.deepEqual(await ask(socket, "getId"), [socket.id]);
  });

  by("the quiet namespaces can be connected to", async (scope) => {
    for (const namespace of ["/timeout_socket", "/valid", "/asd"]) {
      await open(scope, { namespace });
    }
  });

  by("the middlewares refuse", async (scope) => {
    const main = createSocket(scope, kind, url, { query: { fail: "1" } });
    const custom = createSocket(scope, kind, url, { namespace: "/no" });
    const [a, b] = await Promise.all([refused(main, version), refused(custom, version)]);
    const message = (refusal) => (version === "2" ? refusal : refusal.message);
    assert.equal(message(a), "Auth failed (main namespace)");
    assert.equal(message(b), "Auth failed (custom namespace)");
    await open(scope, { query: { fail: "" } });
  });

  by("another namespace does not exist", async (scope) => {
    const socket = createSocket(scope, kind, url, { namespace: "/doesnotexist" });
    assert.equal((await refused(socket, version)).message, "Invalid namespace");
  });
}

await runChecks({ atOnce: 8 });
