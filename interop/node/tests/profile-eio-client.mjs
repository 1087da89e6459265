// Each message of profile eio-client, with the official Engine.IO client.
// Options: modes=polling,websocket,upgrade; server=node for the reference.
import assert from "node:assert/strict";
import { Socket } from "engine.io-client";
import { check, listOption, option, runChecks, sleep, until, url, within } from "./lib/checks.mjs";
import { http, Link } from "./lib/wire.mjs";

const modes = listOption("modes", "polling,websocket,upgrade");
const TRANSPORTS = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

const once = (socket, event) =>
  within(5000, new Promise((resolve) => socket.once(event, (...args) => resolve(args))), event);

function create(scope, mode, options = {}) {
  const socket = new Socket(url, { transports: TRANSPORTS[mode], ...options });
  scope.onEnd(() => socket.close());
  return socket;
}

/** Opens a connection, in mode `upgrade` with the upgrade done, and takes the greeting. */
async function open(scope, mode, options) {
  const socket = create(scope, mode, options);
  const upgraded = mode === "upgrade" ? once(socket, "upgrade") : undefined;
  assert.deepEqual(await once(socket, "message"), ["hi"]);
  await upgraded;
  return socket;
}

async function exchange(socket, message) {
  const answer = once(socket, "message");
  socket.send(message);
  return (await answer)[0];
}

for (const mode of modes) {
  const by = (name, body) => check(`${mode}: ${name}`, body);

  by("text and binary come back", async (scope) => {
    const socket = await open(scope, mode);
    assert.equal(await exchange(socket, "hello"), "hello");
    assert.equal(await exchange(socket, "cash money €€€"), "cash money €€€");
    assert.equal(await exchange(socket, "😀"), "😀");
    const binary = await exchange(socket, Buffer.of(0, 1, 254, 255));
    assert.deepEqual([...Buffer.from(binary)], [0, 1, 254, 255]);
  });

  by("many messages come back in order", async (scope) => {
    const socket = await open(scope, mode);
    const seen = [];
    socket.on("message", (m) => seen.push(m));
    // a few at a time: 100 bytes are all that a body may have
    for (let i = 0; i < 60; i += 6) {
      for (let j = i; j < i + 6; j++) socket.send(`m${j}`);
      await until(() => seen.length === i + 6, "the messages come back");
    }
    assert.deepEqual(seen, Array.from({ length: 60 }, (_, i) => `m${i}`));
  });

  by("give binary sends five bytes", async (scope) => {
    const socket = await open(scope, mode);
    socket.binaryType = "arraybuffer";
    const bytes = await exchange(socket, "give binary");
    assert.deepEqual([...new Uint8Array(bytes)], [0, 1, 2, 3, 4]);
  });

  by("give utf8 sends a text in Cyrillic", async (scope) => {
    const socket = await open(scope, mode);
    assert.equal(await exchange(socket, "give utf8"), "пойду спать всем спокойной ночи");
  });

  by("the heartbeat keeps it open", async (scope) => {
    const socket = await open(scope, mode);
    let beats = 0;
    socket.on("heartbeat", () => beats++);
    socket.on("packet", ({ type }) => type === "ping" && beats++);
    await sleep(1800);
    assert.ok(beats >= 2, `${beats} pings in 1.8 s`);
    assert.equal(await exchange(socket, "still here"), "still here");
  });

  by("a connection that asks to be denied is refused", async (scope) => {
    const socket = create(scope, mode, { query: { deny: "1" } });
    const [error, closed] = [once(socket, "error"), once(socket, "close")];
    await error;
    assert.equal((await closed)[0], "transport error");
  });

  by("a message over the limit ends it", async (scope) => {
    const socket = await open(scope, mode);
    const closed = once(socket, "close");
    socket.send("x".repeat(101));
    assert.match((await closed)[0], /^transport (error|close)$/);
  });

  by("a message at the limit is carried", async (scope) => {
    const socket = await open(scope, mode);
    // type and message are 100 bytes together
    assert.equal(await exchange(socket, "x".repeat(99)), "x".repeat(99));
  });
}

check("polling: sendHeaders tells the headers of the POST", async (scope) => {
  const socket = await open(scope, "polling", {
    extraHeaders: { "X-Custom-Header-For-My-Project": "my-secret-access-token" },
  });
  const headers = JSON.parse(await exchange(socket, "sendHeaders"));
  assert.equal(headers["x-custom-header-for-my-project"], "my-secret-access-token");
  assert.equal(headers["content-type"], "text/plain;charset=UTF-8");
});

check("polling: cookies of the handshake come with later requests", async (scope) => {
  const socket = await open(scope, "polling", { withCredentials: true });
  const { cookie } = JSON.parse(await exchange(socket, "sendHeaders"));
  // the third is expired; the fourth is about to
  assert.match(cookie, /^1=1; 2=2/);
  assert.doesNotMatch(cookie, /3=3/);
});

const COOKIES = [
  /^1=1; Max-Age=86400$/,
  /^2=2; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  /^3=3; Max-Age=0$/,
  /^4=4; Expires=\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
];
const checkCookies = (cookies) => {
  assert.equal(cookies.length, COOKIES.length);
  cookies.forEach((cookie, i) => assert.match(cookie, COOKIES[i]));
};
const polling = `${url}/engine.io/?EIO=4&transport=polling`;
const webSocket = `${url}/engine.io/?EIO=4&transport=websocket`;
const openSession = async () => {
  const answer = await http(polling);
  const { sid } = JSON.parse(answer.text.split("\x1e")[0].slice(1));
  return { answer, target: `${polling}&sid=${sid}`, sid };
};

check("the first answer of a polling session sets four cookies, the others none", async () => {
  const { answer, target } = await openSession();
  checkCookies(answer.headers.getSetCookie());
  assert.deepEqual((await http(target)).headers.getSetCookie(), []);
  const post = await http(target, { method: "POST", body: "4hello" });
  assert.deepEqual(post.headers.getSetCookie(), []);
});

check("a WebSocket handshake sets four cookies, an upgrade none", async (scope) => {
  const link = new Link(scope, webSocket);
  const cookies = (await link.upgraded).headers["set-cookie"];
  // the reference puts them into one line, which no client understands
  checkCookies(option("server") === "node" ? cookies[0].split(/,(?=\d)/) : cookies);
  const { sid } = await openSession();
  const upgrade = new Link(scope, `${webSocket}&sid=${sid}`);
  assert.equal((await upgrade.upgraded).headers["set-cookie"], undefined);
});

check("the open packet says how much a body may hold", async () => {
  const { answer } = await openSession();
  const handshake = JSON.parse(answer.text.split("\x1e")[0].slice(1));
  assert.equal(handshake.maxPayload, 100);
  assert.equal(handshake.pingInterval, 500);
  assert.equal(handshake.pingTimeout, 20000);
});

check("a POST of 100 bytes is taken, one of 101 answered with 413 and nothing else", async () => {
  const { target } = await openSession();
  const post = (length) => http(target, { method: "POST", body: `4${"x".repeat(length - 1)}` });
  assert.equal((await post(100)).status, 200);
  const answer = await post(101);
  assert.deepEqual([answer.status, answer.text], [413, ""]);
});

check("a WebSocket message over 100 bytes is closed with 1009 and no reason", async (scope) => {
  const link = new Link(scope, webSocket);
  await link.next();
  link.send(`4${"x".repeat(99)}`);
  assert.equal(await link.next(), "4hi");
  assert.equal(await link.next(), `4${"x".repeat(99)}`);
  link.send(`4${"x".repeat(100)}`);
  assert.deepEqual(await link.end(), { code: 1009, reason: "" });
});

check("a denied polling handshake is answered with 403, no WebSocket is opened", async (scope) => {
  const answer = await http(`${polling}&deny=1`);
  assert.deepEqual([answer.status, answer.text], [403, '{"code":4,"message":"Forbidden"}']);
  const link = new Link(scope, `${webSocket}&deny=1`);
  assert.ok([400, 403].includes((await link.refused).status));
});

check("an unknown session is told byte for byte", async () => {
  const answer = await http(`${polling}&sid=nope`);
  assert.equal(answer.status, 400);
  assert.equal(answer.text, '{"code":1,"message":"Session ID unknown"}');
});

await runChecks({ atOnce: 8 });
