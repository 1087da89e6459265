// The Engine.IO protocol, packet by packet: all that its official test suite asks, and more of what
// the reference does. Options: revision=4 (profile eio-v4) or revision=3 (profile eio-v3);
// app=socket.io (profile sio-v5) leaves out what needs a server that sends messages back.
import assert from "node:assert/strict";
import { check, option, runChecks, sleep, until, url } from "./lib/checks.mjs";
import { http, Link } from "./lib/wire.mjs";

const PING_INTERVAL = 300;
const PING_TIMEOUT = 200;
const MAX_PAYLOAD = 1_000_000;

// all that differs between the two revisions
const revision = {
  4: {
    eio: "4",
    payload: (...packets) => packets.join("\x1e"),
    first: (payload) => payload.split("\x1e")[0],
    base64: (bytes) => `b${bytes.toString("base64")}`,
    frame: (bytes) => bytes,
    serverPings: true,
  },
  3: {
    eio: "3",
    payload: (...packets) => packets.map((p) => `${p.length}:${p}`).join(""),
    first: (payload) => {
      const colon = payload.indexOf(":");
      return payload.slice(colon + 1, colon + 1 + Number(payload.slice(0, colon)));
    },
    base64: (bytes) => `b4${bytes.toString("base64")}`,
    frame: (bytes) => Buffer.concat([Buffer.of(4), bytes]),
    serverPings: false,
  },
}[option("revision", "4")];
const { payload } = revision;

// what a server answers that is alive, and its path
const app = {
  "engine.io": { path: "engine.io", question: "4hello", answer: "4hello", echoes: true },
  "socket.io": {
    path: "socket.io",
    question: "40/nowhere,",
    answer: '44/nowhere,{"message":"Invalid namespace"}',
    echoes: false,
  },
}[option("app", "engine.io")];
const echoCheck = app.echoes ? check : () => {};

const engine = (query) => `${url}/${app.path}/?${new URLSearchParams(query)}`;
const eio = revision.eio;
const pollingUrl = (more = {}) => engine({ EIO: eio, transport: "polling", ...more });
const webSocketUrl = (more = {}) => engine({ EIO: eio, transport: "websocket", ...more });

async function openPolling(more = {}) {
  const b64 = eio === "3" ? { b64: "1" } : {};
  const answer = await http(pollingUrl({ ...b64, ...more }));
  const { sid } = JSON.parse(revision.first(answer.text).slice(1));
  return {
    sid,
    get: (init) => http(pollingUrl({ ...more, sid }), init),
    post: (body, init) => http(pollingUrl({ ...more, sid }), { method: "POST", body, ...init }),
  };
}

async function openWebSocket(scope) {
  const link = new Link(scope, webSocketUrl());
  const packet = await link.next();
  assert.equal(packet[0], "0");
  return link;
}

async function probe(scope, sid) {
  const link = new Link(scope, webSocketUrl({ sid }));
  await link.opened;
  link.send("2probe");
  assert.equal(await link.next(), "3probe");
  return link;
}

function checkHandshake(packet, upgrades) {
  assert.equal(packet[0], "0");
  const handshake = JSON.parse(packet.slice(1));
  assert.equal(handshake.sid.length, 20);
  assert.deepEqual(handshake, {
    sid: handshake.sid,
    upgrades,
    pingInterval: PING_INTERVAL,
    pingTimeout: PING_TIMEOUT,
    maxPayload: MAX_PAYLOAD,
  });
}

async function checkAlive(link) {
  link.send(app.question);
  assert.equal(await link.nextBesidesPing(), app.answer);
}

async function checkPollingAlive(session) {
  await session.post(payload(app.question));
  assert.equal((await session.get()).text, payload(app.answer));
}

const refusal = (answer) => [answer.status, JSON.parse(answer.text)];
const BAD_TRANSPORT = [400, { code: 0, message: "Transport unknown" }];
const UNKNOWN_SID = [400, { code: 1, message: "Session ID unknown" }];
const BAD_METHOD = [400, { code: 2, message: "Bad handshake method" }];
const BAD_REQUEST = [400, { code: 3, message: "Bad request" }];
const BAD_VERSION = [400, { code: 5, message: "Unsupported protocol version" }];

/* ---------- handshake ---------- */

check("a polling handshake opens a session", async () => {
  const answer = await http(pollingUrl());
  assert.equal(answer.status, 200);
  assert.equal(answer.text, payload(revision.first(answer.text)), "the open packet alone");
  checkHandshake(revision.first(answer.text), ["websocket"]);
});

check("a polling handshake is plain text that no cache keeps", async () => {
  const { headers } = await http(pollingUrl({ b64: "1" }));
  assert.equal(headers.get("content-type"), "text/plain; charset=UTF-8");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("set-cookie"), null);
});

check("answers and errors carry the CORS header", async () => {
  const headers = { Origin: "https://app.example" };
  for (const target of [pollingUrl(), engine({ EIO: eio, transport: "abc" })]) {
    const answer = await http(target, { headers });
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  }
});

check("a preflight request is answered without a session", async () => {
  const headers = {
    Origin: "https://app.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "x-token",
  };
  const answer = await http(pollingUrl(), { method: "OPTIONS", headers });
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(answer.headers.get("access-control-allow-methods"), /POST/);
  assert.equal(answer.headers.get("access-control-allow-headers"), "x-token");
});

check("a polling handshake with an unknown transport is refused", async () => {
  assert.deepEqual(refusal(await http(engine({ EIO: eio }))), BAD_TRANSPORT);
  assert.deepEqual(refusal(await http(engine({ EIO: eio, transport: "abc" }))), BAD_TRANSPORT);
});

check("a polling handshake with another method than GET is refused", async () => {
  for (const method of ["POST", "PUT"]) {
    assert.deepEqual(refusal(await http(pollingUrl(), { method })), BAD_METHOD);
  }
});

check("a WebSocket handshake without an upgrade is refused", async () => {
  assert.deepEqual(refusal(await http(webSocketUrl())), BAD_REQUEST);
});

check("a request for an unknown session is refused", async () => {
  assert.deepEqual(refusal(await http(pollingUrl({ sid: "nope" }))), UNKNOWN_SID);
  const answer = await http(pollingUrl({ sid: "nope" }), { method: "POST", body: payload("4a") });
  assert.deepEqual(refusal(answer), UNKNOWN_SID);
});

check("a refusal is JSON, byte for byte", async () => {
  const answer = await http(pollingUrl({ sid: "nope" }));
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(answer.text, '{"code":1,"message":"Session ID unknown"}');
});

check("a request of the other revision than the session's is refused", async () => {
  const { sid } = await openPolling();
  const other = eio === "4" ? "3" : "4";
  assert.deepEqual(refusal(await http(pollingUrl({ sid, EIO: other }))), BAD_REQUEST);
});

check("a WebSocket handshake opens a session", async (scope) => {
  const link = new Link(scope, webSocketUrl());
  checkHandshake(await link.next(), []);
});

check("the answer to a WebSocket handshake carries the CORS header", async (scope) => {
  const link = new Link(scope, webSocketUrl(), { headers: { Origin: "https://app.example" } });
  assert.equal((await link.upgraded).headers["access-control-allow-origin"], "*");
});

check("a WebSocket handshake with an unknown transport is refused", async (scope) => {
  for (const query of [{ EIO: eio }, { EIO: eio, transport: "abc" }]) {
    const link = new Link(scope, engine(query));
    assert.equal((await link.refused).status, 400);
    await link.end();
  }
});

check("a WebSocket for an unknown session is refused", async (scope) => {
  const link = new Link(scope, webSocketUrl({ sid: "nope" }));
  assert.equal((await link.refused).status, 400);
});

if (eio === "4") {
  check("a polling handshake of an unknown revision is refused", async () => {
    assert.deepEqual(refusal(await http(engine({ transport: "polling" }))), BAD_VERSION);
    const abc = engine({ EIO: "abc", transport: "polling" });
    assert.deepEqual(refusal(await http(abc)), BAD_VERSION);
  });

  check("a WebSocket handshake of an unknown revision is closed", async (scope) => {
    for (const query of [{ transport: "websocket" }, { EIO: "abc", transport: "websocket" }]) {
      const link = new Link(scope, engine(query));
      await Promise.race([link.refused, link.end()]);
      await link.end();
    }
  });
}

/* ---------- messages ---------- */

async function checkPollingEcho(body) {
  const session = await openPolling();
  const post = await session.post(body);
  assert.equal(post.status, 200);
  assert.equal(post.text, "ok");
  const get = await session.get();
  assert.equal(get.status, 200);
  assert.equal(get.text, body);
}

echoCheck("polling carries one text packet", () => checkPollingEcho(payload("4hello")));

echoCheck("polling carries several text packets", () =>
  checkPollingEcho(payload("4test1", "4test2", "4test3")),
);

echoCheck("polling carries text and binary packets", () =>
  checkPollingEcho(payload("4hello", revision.base64(Buffer.of(1, 2, 3, 4)))),
);

echoCheck("polling carries an empty message", () => checkPollingEcho(payload("4", "4after")));

echoCheck("polling carries every kind of character", () =>
  checkPollingEcho(payload("4Я Б Г — てすと", "4😀 \u{10ffff} é", '4"quoted\\n"')),
);

echoCheck("polling carries a message of the greatest length", () =>
  checkPollingEcho(payload(`4${"x".repeat(MAX_PAYLOAD - 20)}`)),
);

echoCheck("a waiting poll is answered when a message comes", async () => {
  const session = await openPolling();
  const poll = session.get();
  await session.post(payload("4late"));
  assert.equal((await poll).text, payload("4late"));
});

check("a packet of unknown type ends a polling session", async () => {
  const session = await openPolling();
  const post = await session.post("abc").catch(() => undefined);
  assert.ok(post === undefined || [200, 400].includes(post.status));
  await until(async () => (await session.get()).status === 400, "the session ends");
});

check("a second poll at the same time ends the session", async () => {
  const session = await openPolling();
  const polls = [session.get()];
  await sleep(20);
  polls.push(http(pollingUrl({ sid: session.sid, t: "burst" })));
  // a server of several threads may see the second one first
  const answers = (await Promise.all(polls)).sort((a, b) => a.status - b.status);
  assert.deepEqual(answers.map((a) => a.status), [200, 400]);
  assert.equal(answers[0].text, payload("1"));
  assert.equal((await session.get()).status, 400);
});

check("an aborted poll ends the session", async () => {
  const session = await openPolling();
  let answer;
  // several, since the first may not have got to the server when it is aborted
  for (let i = 0; i < 4 && !answer; i++) {
    answer = await session.get({ signal: AbortSignal.timeout(50) }).catch(() => undefined);
  }
  assert.equal(answer.status, 400);
});

check("a body over the limit is answered with 413 and no body", async () => {
  const session = await openPolling();
  const answer = await session.post(payload(`4${"x".repeat(MAX_PAYLOAD)}`));
  assert.equal(answer.status, 413);
  assert.equal(answer.text, "");
});

check("a polling session refuses a plain request of the other transport", async () => {
  const { sid } = await openPolling();
  assert.deepEqual(refusal(await http(webSocketUrl({ sid }))), BAD_REQUEST);
});

check("a WebSocket carries a text packet", async (scope) => {
  await checkAlive(await openWebSocket(scope));
});

echoCheck("a WebSocket carries a binary packet", async (scope) => {
  const link = await openWebSocket(scope);
  const frame = revision.frame(Buffer.of(1, 2, 3, 4));
  link.send(frame);
  assert.deepEqual(await link.nextBesidesPing(), frame);
});

echoCheck("a WebSocket carries binary as text too", async (scope) => {
  const link = await openWebSocket(scope);
  link.send(revision.base64(Buffer.of(9, 8, 7)));
  assert.deepEqual(await link.nextBesidesPing(), revision.frame(Buffer.of(9, 8, 7)));
});

echoCheck("a WebSocket carries a message in fragments", async (scope) => {
  const link = await openWebSocket(scope);
  link.ws.send("4one ", { fin: false });
  link.ws.send("two ", { fin: false });
  link.ws.send("three", { fin: true });
  assert.equal(await link.nextBesidesPing(), "4one two three");
});

echoCheck("a WebSocket carries messages of many lengths in order", async (scope) => {
  const link = await openWebSocket(scope);
  const lengths = [0, 1, 124, 125, 126, 127, 1023, 1024, 65534, 65535, 65536, 200_000];
  for (const n of lengths) link.send(`4${"é".repeat(n / 2)}${n}`);
  for (const n of lengths) {
    assert.equal(await link.nextBesidesPing(), `4${"é".repeat(n / 2)}${n}`);
  }
});

echoCheck("a WebSocket carries every kind of character", async (scope) => {
  const link = await openWebSocket(scope);
  link.send("4Я てすと 😀 \u0000 \u{10ffff}");
  assert.equal(await link.nextBesidesPing(), "4Я てすと 😀 \u0000 \u{10ffff}");
});

check("a WebSocket message over the limit is closed with 1009", async (scope) => {
  const link = await openWebSocket(scope);
  link.send(`4${"x".repeat(MAX_PAYLOAD)}`);
  assert.deepEqual(await link.end(), { code: 1009, reason: "" });
});

check("a packet of unknown type ends a WebSocket session", async (scope) => {
  const link = await openWebSocket(scope);
  link.send("abc");
  await link.end();
});

check("a WebSocket ping frame is answered with a pong frame", async (scope) => {
  const link = await openWebSocket(scope);
  const pong = new Promise((resolve) => link.ws.once("pong", resolve));
  link.ws.ping("are you there");
  assert.equal((await pong).toString(), "are you there");
});

/* ---------- heartbeat ---------- */

if (revision.serverPings) {
  check("the server pings over polling and is content with pongs", async () => {
    const session = await openPolling();
    for (let i = 0; i < 3; i++) {
      const poll = await session.get();
      assert.equal(poll.status, 200);
      assert.equal(poll.text, "2");
      assert.equal((await session.post("3")).status, 200);
    }
  });

  check("the server pings over a WebSocket and is content with pongs", async (scope) => {
    const link = await openWebSocket(scope);
    for (let i = 0; i < 3; i++) {
      assert.equal(await link.next(), "2");
      link.send("3");
    }
    await checkAlive(link);
  });

  check("a ping comes one interval after the last pong", async (scope) => {
    const link = await openWebSocket(scope);
    await link.next();
    await sleep(100);
    link.send("3");
    const ponged = performance.now();
    assert.equal(await link.next(), "2");
    const waited = performance.now() - ponged;
    assert.ok(waited > PING_INTERVAL - 30 && waited < PING_INTERVAL + 150, `${waited} ms`);
  });

  check("a ping from the client ends the session", async (scope) => {
    const link = await openWebSocket(scope);
    link.send("2");
    await link.end();
    const session = await openPolling();
    await session.post("2");
    await until(async () => (await session.get()).status === 400, "the session ends");
  });

  check("a pong that nobody asked for is ignored", async (scope) => {
    const link = await openWebSocket(scope);
    link.send("3");
    await checkAlive(link);
  });

  check("a session opened with polling ends when a ping stays unanswered", async () => {
    const session = await openPolling();
    await sleep(PING_INTERVAL + PING_TIMEOUT + 100);
    assert.deepEqual(refusal(await session.get()), UNKNOWN_SID);
  });
} else {
  check("the server answers pings over polling", async () => {
    const session = await openPolling();
    for (let i = 0; i < 3; i++) {
      assert.equal((await session.post(payload("2"))).status, 200);
      const poll = await session.get();
      assert.equal(poll.status, 200);
      assert.equal(poll.text, payload("3"));
    }
  });

  check("the server answers pings over a WebSocket", async (scope) => {
    const link = await openWebSocket(scope);
    for (let i = 0; i < 3; i++) {
      link.send("2");
      assert.equal(await link.next(), "3");
    }
  });

  check("pings keep a session open beyond its timeout", async (scope) => {
    const link = await openWebSocket(scope);
    const end = Date.now() + 2 * (PING_INTERVAL + PING_TIMEOUT);
    while (Date.now() < end) {
      link.send("2");
      assert.equal(await link.next(), "3");
      await sleep(100);
    }
  });

  check("a polling session without pings ends", async () => {
    const session = await openPolling();
    await sleep(PING_INTERVAL + PING_TIMEOUT + 100);
    assert.deepEqual(refusal(await session.post(payload("2"))), UNKNOWN_SID);
  });
}

check("a WebSocket session whose client falls silent is closed in time", async (scope) => {
  const link = await openWebSocket(scope);
  const opened = performance.now();
  await link.end();
  const lasted = performance.now() - opened;
  const timeout = PING_INTERVAL + PING_TIMEOUT;
  assert.ok(lasted > timeout - 50 && lasted < timeout + 200, `${lasted} ms`);
});

check("silent sessions are given up to the millisecond, load permitting", async (scope) => {
  const lasted = await Promise.all(
    Array.from({ length: 5 }, async (_, i) => {
      await sleep(i * 7);
      const link = await openWebSocket(scope);
      const opened = performance.now();
      await link.end();
      return performance.now() - opened;
    }),
  );
  const timeout = PING_INTERVAL + PING_TIMEOUT;
  const quickest = Math.min(...lasted);
  assert.ok(quickest > timeout - 50 && quickest < timeout + 5, `${lasted} ms`);
});

/* ---------- close ---------- */

check("a close packet ends a polling session and releases its poll", async () => {
  const session = await openPolling();
  const poll = session.get();
  await sleep(20);
  const post = await session.post(payload("1"));
  assert.equal(post.text, "ok");
  assert.equal((await poll).status, 200);
  assert.equal((await poll).text, payload("6"));
  assert.deepEqual(refusal(await session.get()), UNKNOWN_SID);
});

check("a close packet and a poll that are sent at once both get their answers", async () => {
  for (let i = 0; i < 3; i++) {
    const session = await openPolling();
    const [poll, post] = await Promise.all([session.get(), session.post(payload("1"))]);
    assert.deepEqual([poll.status, poll.text], [200, payload("6")]);
    assert.deepEqual([post.status, post.text], [200, "ok"]);
  }
});

check("a WebSocket session is over when the client closes it", async (scope) => {
  const link = await openWebSocket(scope);
  link.ws.close();
  await link.end();
});

check("a close packet over a WebSocket is followed by its end", async (scope) => {
  const link = await openWebSocket(scope);
  link.send("1");
  await link.end();
});

/* ---------- upgrade ---------- */

check("a session is upgraded from polling to WebSocket", async (scope) => {
  const session = await openPolling();
  const link = await probe(scope, session.sid);
  const poll = await session.get();
  assert.equal(poll.status, 200);
  assert.equal(poll.text, payload("6"), "a noop ends the poll");
  link.send("5");
  await checkAlive(link);
});

check("a poll that waits already is released by the probe", async (scope) => {
  const session = await openPolling();
  const poll = session.get();
  await sleep(20);
  await probe(scope, session.sid);
  assert.equal((await poll).text, payload("6"));
});

echoCheck("what waits when the upgrade is done comes over the WebSocket in order", async (scope) => {
  const session = await openPolling();
  const link = await probe(scope, session.sid);
  await session.post(payload("4one", "4two", revision.base64(Buffer.of(3))));
  link.send("5");
  link.send("4four");
  assert.equal(await link.nextBesidesPing(), "4one");
  assert.equal(await link.nextBesidesPing(), "4two");
  assert.deepEqual(await link.nextBesidesPing(), revision.frame(Buffer.of(3)));
  assert.equal(await link.nextBesidesPing(), "4four");
});

check("polling goes on while the probe is under way", async (scope) => {
  const session = await openPolling();
  await probe(scope, session.sid);
  await checkPollingAlive(session);
});

check("a poll after the upgrade is refused, and the session lives on", async (scope) => {
  const session = await openPolling();
  const link = await probe(scope, session.sid);
  link.send("5");
  await checkAlive(link);
  assert.deepEqual(refusal(await session.get()), BAD_REQUEST);
  await checkAlive(link);
});

check("a poll that is sent right after the upgrade is refused too", async (scope) => {
  for (let i = 0; i < 5; i++) {
    const session = await openPolling();
    const link = await probe(scope, session.sid);
    link.send("5");
    assert.deepEqual(refusal(await session.get()), BAD_REQUEST);
    await checkAlive(link);
  }
});

check("a second WebSocket after the upgrade is closed, and the session lives on", async (scope) => {
  const session = await openPolling();
  const link = await probe(scope, session.sid);
  link.send("5");
  const second = new Link(scope, webSocketUrl({ sid: session.sid }));
  await second.end();
  await checkAlive(link);
});

check("a second WebSocket during the probe is closed, and the upgrade goes on", async (scope) => {
  const session = await openPolling();
  const link = await probe(scope, session.sid);
  const second = new Link(scope, webSocketUrl({ sid: session.sid }));
  await second.end();
  link.send("5");
  await checkAlive(link);
});

check("a candidate that sends anything but a probe is closed, polling goes on", async (scope) => {
  const session = await openPolling();
  const link = new Link(scope, webSocketUrl({ sid: session.sid }));
  await link.opened;
  link.send("4too early");
  await link.end();
  await checkPollingAlive(session);
});

check("a candidate that goes away leaves polling as it was", async (scope) => {
  const session = await openPolling();
  const link = await probe(scope, session.sid);
  link.ws.terminate();
  await link.end();
  await checkPollingAlive(session);
});

/* ---------- one revision only ---------- */

if (eio === "4") {
  check("a binary body is refused and ends the session", async () => {
    const session = await openPolling();
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await session.post(Buffer.from("4hello"), { headers });
    assert.equal(answer.status, 400);
    assert.equal((await session.get()).status, 400);
  });
} else {
  check("polling without b64 answers text and binary packets in the binary form", async () => {
    const answer = await http(pollingUrl());
    const { sid } = JSON.parse(revision.first(answer.text).slice(1));
    const body = payload("4hello", "b4AQIDBA==");
    const post = await http(pollingUrl({ sid }), { method: "POST", body });
    assert.equal(post.text, "ok");
    const poll = await http(pollingUrl({ sid }));
    assert.equal(poll.headers.get("content-type"), "application/octet-stream");
    const text = [0, 6, 255, ...Buffer.from("4hello")];
    assert.deepEqual([...poll.bytes], [...text, 1, 5, 255, 4, 1, 2, 3, 4]);
  });

  check("the binary form is taken from the client too", async () => {
    const session = await openPolling();
    const text = [0, 6, 255, ...Buffer.from("4hello")];
    const body = Buffer.from([...text, 1, 5, 255, 4, 1, 2, 3, 4]);
    const headers = { "Content-Type": "application/octet-stream" };
    assert.equal((await session.post(body, { headers })).text, "ok");
    assert.equal((await session.get()).text, payload("4hello", "b4AQIDBA=="));
  });

  check("the length of a text packet counts UTF-16 units", async () => {
    const session = await openPolling();
    await session.post("4:4😀a");
    assert.equal((await session.get()).text, "4:4😀a");
  });

  check("a length that is no number ends the session", async () => {
    const session = await openPolling();
    await session.post("x:4hello").catch(() => undefined);
    await until(async () => (await session.get()).status === 400, "the session ends");
  });
}

await runChecks({ atOnce: 6 });
