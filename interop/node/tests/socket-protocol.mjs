// The Socket.IO protocol, revision 5, packet by packet: all that its official test suite asks, and
// more of what the reference does. Profile sio-v5. The Engine.IO half of the official suite is
// engine-protocol.mjs with app=socket.io.
import assert from "node:assert/strict";
import { check, runChecks, url } from "./lib/checks.mjs";
import { http, Link } from "./lib/wire.mjs";

const socketIo = (query) => `${url}/socket.io/?${new URLSearchParams({ EIO: "4", ...query })}`;

async function open(scope) {
  const link = new Link(scope, socketIo({ transport: "websocket" }));
  assert.equal((await link.next())[0], "0");
  return link;
}

/** Connects to a namespace; what the server says of the connection and of the auth it saw. */
async function connect(link, namespace = "", payload = "") {
  link.send(`40${namespace}${payload}`);
  const reply = await link.nextBesidesPing();
  assert.ok(reply.startsWith(`40${namespace}`), reply);
  return {
    handshake: JSON.parse(reply.slice(2 + namespace.length)),
    auth: await link.nextBesidesPing(),
  };
}

async function openConnected(scope) {
  const link = await open(scope);
  await connect(link);
  return link;
}

function checkSocketId(handshake) {
  assert.deepEqual(Object.keys(handshake), ["sid"]);
  assert.match(handshake.sid, /^[\w-]{20}$/);
}

/* ---------- connect ---------- */

check("the main namespace can be connected to", async (scope) => {
  const { handshake, auth } = await connect(await open(scope));
  checkSocketId(handshake);
  assert.equal(auth, '42["auth",{}]');
});

check("the main namespace gets the auth payload", async (scope) => {
  const { handshake, auth } = await connect(await open(scope), "", '{"token":"123"}');
  checkSocketId(handshake);
  assert.equal(auth, '42["auth",{"token":"123"}]');
});

check("another namespace can be connected to", async (scope) => {
  const { handshake, auth } = await connect(await open(scope), "/custom,");
  checkSocketId(handshake);
  assert.equal(auth, '42/custom,["auth",{}]');
});

check("another namespace gets the auth payload", async (scope) => {
  const { auth } = await connect(await open(scope), "/custom,", '{"token":"abc"}');
  assert.equal(auth, '42/custom,["auth",{"token":"abc"}]');
});

check("the id of a socket is neither that of its session nor of another socket", async (scope) => {
  const link = new Link(scope, socketIo({ transport: "websocket" }));
  const { sid } = JSON.parse((await link.next()).slice(1));
  const main = await connect(link);
  const custom = await connect(link, "/custom,");
  assert.equal(new Set([sid, main.handshake.sid, custom.handshake.sid]).size, 3);
});

check("an unknown namespace is refused, and the connection lives on", async (scope) => {
  const link = await open(scope);
  for (const request of ["40/random", "40/random,", '40/random,{"token":"a"}']) {
    link.send(request);
    assert.equal(await link.nextBesidesPing(), '44/random,{"message":"Invalid namespace"}');
  }
  checkSocketId((await connect(link)).handshake);
});

check("a namespace's name is matched to the letter", async (scope) => {
  const link = await open(scope);
  for (const name of ["/Custom", "/custom/", "/cust"]) {
    link.send(`40${name},`);
    assert.equal(await link.nextBesidesPing(), `44${name},{"message":"Invalid namespace"}`);
  }
});

check("a connection that does not connect to any namespace is closed", async (scope) => {
  const link = await open(scope);
  const opened = performance.now();
  while ((await link.next()) === "2") link.send("3");
  await link.end();
  const lasted = performance.now() - opened;
  assert.ok(lasted > 900 && lasted < 1400, `${lasted} ms, not 1000`);
});

for (const [what, packet] of [
  ["an unknown packet type", "4abc"],
  ["an event before the connection", '42["message","too early"]'],
  ["an acknowledgement before the connection", "431[1]"],
  ["an array as its auth payload", "40[]"],
  ["a text as its auth payload", '40"text"'],
  ["a null as its auth payload", "40null"],
]) {
  check(`a connection that begins with ${what} is closed`, async (scope) => {
    const link = await open(scope);
    link.send(packet);
    await link.end();
  });
}

check("a second connection to the same namespace closes the session", async (scope) => {
  const link = await openConnected(scope);
  link.send("40");
  await link.end();
});

/* ---------- disconnect ---------- */

check("the main namespace can be left, the session stays", async (scope) => {
  const link = await openConnected(scope);
  link.send("41");
  assert.equal(await link.next(), "2");
  link.send("3");
  assert.equal(await link.next(), "2");
});

check("another namespace can be left, the main one stays", async (scope) => {
  const link = await openConnected(scope);
  await connect(link, "/custom,");
  link.send("41/custom");
  link.send('42["message","to the main namespace"]');
  assert.equal(await link.nextBesidesPing(), '42["message-back","to the main namespace"]');
});

check("a namespace can be connected to again after it was left", async (scope) => {
  const link = await openConnected(scope);
  link.send("41");
  // the reference closes the connection if both packets come in one read
  link.send("40/nowhere,");
  assert.match(await link.nextBesidesPing(), /^44\/nowhere,/);
  checkSocketId((await connect(link)).handshake);
});

/* ---------- messages ---------- */

const PLACEHOLDERS = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

check("an event is carried both ways", async (scope) => {
  const link = await openConnected(scope);
  link.send('42["message",1,"2",{"3":[true]}]');
  assert.equal(await link.nextBesidesPing(), '42["message-back",1,"2",{"3":[true]}]');
});

check("every kind of JSON value comes back as it was sent", async (scope) => {
  const link = await openConnected(scope);
  const values = [
    "null,true,false,0,-1,1.5,1e300,9007199254740991,-0.25",
    '"","é😀","\\"\\\\\\b\\f\\n\\r\\t\\u0001"," "',
    '[],{},[[]],[{}],{"":{"a b":null}},{"é":["x",{"y":[1,2,3]}]}',
    '{"__proto__":1,"constructor":2,"_placeholder":false}',
  ];
  for (const value of values) {
    link.send(`42["message",${value}]`);
    const reply = await link.nextBesidesPing();
    assert.deepEqual(JSON.parse(reply.slice(2)), JSON.parse(`["message-back",${value}]`));
  }
});

check("an event without arguments is carried both ways", async (scope) => {
  const link = await openConnected(scope);
  link.send('42["message"]');
  assert.equal(await link.nextBesidesPing(), '42["message-back"]');
});

check("an event nobody listens to is ignored", async (scope) => {
  const link = await openConnected(scope);
  link.send('42["unheard of",1]');
  link.send("42[7,1]");
  link.send('42["message","after"]');
  assert.equal(await link.nextBesidesPing(), '42["message-back","after"]');
});

check("an event with attachments is carried both ways", async (scope) => {
  const link = await openConnected(scope);
  link.send(`452-["message",${PLACEHOLDERS}]`);
  link.send(Buffer.of(1, 2, 3));
  link.send(Buffer.of(4, 5, 6));
  assert.equal(await link.nextBesidesPing(), `452-["message-back",${PLACEHOLDERS}]`);
  assert.deepEqual(await link.nextBesidesPing(), Buffer.of(1, 2, 3));
  assert.deepEqual(await link.nextBesidesPing(), Buffer.of(4, 5, 6));
});

check("an attachment at depth and an empty one are carried both ways", async (scope) => {
  const link = await openConnected(scope);
  const args = '{"a":[1,{"_placeholder":true,"num":0}]},{"_placeholder":true,"num":1}';
  link.send(`452-["message",${args}]`);
  link.send(Buffer.alloc(0));
  link.send(Buffer.from([255, 0, 127]));
  assert.equal(await link.nextBesidesPing(), `452-["message-back",${args}]`);
  assert.deepEqual(await link.nextBesidesPing(), Buffer.alloc(0));
  assert.deepEqual(await link.nextBesidesPing(), Buffer.from([255, 0, 127]));
});

check("ten attachments are taken, eleven close the connection", async (scope) => {
  const link = await openConnected(scope);
  const placeholders = (n) => Array.from({ length: n }, (_, num) => ({ _placeholder: true, num }));
  link.send(`4510-${JSON.stringify(["message", ...placeholders(10)])}`);
  for (let i = 0; i < 10; i++) link.send(Buffer.of(i));
  assert.match(await link.nextBesidesPing(), /^4510-\["message-back",/);
  for (let i = 0; i < 10; i++) assert.deepEqual(await link.nextBesidesPing(), Buffer.of(i));
  link.send(`4511-${JSON.stringify(["message", ...placeholders(11)])}`);
  await link.end();
});

check("an event is acknowledged", async (scope) => {
  const link = await openConnected(scope);
  link.send('42456["message-with-ack",1,"2",{"3":[false]}]');
  assert.equal(await link.nextBesidesPing(), '43456[1,"2",{"3":[false]}]');
});

check("the acknowledgement number 0 is one as any other", async (scope) => {
  const link = await openConnected(scope);
  link.send('420["message-with-ack"]');
  assert.equal(await link.nextBesidesPing(), "430[]");
});

check("an event with attachments is acknowledged with attachments", async (scope) => {
  const link = await openConnected(scope);
  link.send(`452-789["message-with-ack",${PLACEHOLDERS}]`);
  link.send(Buffer.of(1, 2, 3));
  link.send(Buffer.of(4, 5, 6));
  assert.equal(await link.nextBesidesPing(), `462-789[${PLACEHOLDERS}]`);
  assert.deepEqual(await link.nextBesidesPing(), Buffer.of(1, 2, 3));
  assert.deepEqual(await link.nextBesidesPing(), Buffer.of(4, 5, 6));
});

check("an acknowledgement that nobody waits for is ignored", async (scope) => {
  const link = await openConnected(scope);
  link.send("4399[1]");
  link.send('42["message","after"]');
  assert.equal(await link.nextBesidesPing(), '42["message-back","after"]');
});

check("many events come back in the order they were sent", async (scope) => {
  const link = await openConnected(scope);
  for (let i = 0; i < 500; i++) link.send(`42["message",${i}]`);
  for (let i = 0; i < 500; i++) {
    assert.equal(await link.nextBesidesPing(), `42["message-back",${i}]`);
  }
});

for (const [what, ...frames] of [
  ["an unknown packet type", "4abc"],
  ["a payload that is no list", "42{}"],
  ["a payload that is no JSON", '42["message"'],
  ["a bad acknowledgement number", '42abc["message-with-ack",1]'],
  ["a reserved event name", '42["disconnect"]'],
  ["an event name that is an object", "42[{}]"],
  ["an acknowledgement that is no list", '431{"a":1}'],
  ["a disconnection with a payload", "41[]"],
  ["an attachment nobody announced", Buffer.of(1)],
  ["no attachment after it announced one", '451-["message",{"_placeholder":true,"num":0}]', "43[]"],
  ["zero attachments announced", '450-["message"]'],
  ["a placeholder out of range", '451-["message",{"_placeholder":true,"num":1}]', Buffer.of(1)],
]) {
  check(`a packet with ${what} closes the connection`, async (scope) => {
    const link = await openConnected(scope);
    for (const frame of frames) link.send(frame);
    await link.end();
  });
}

/* ---------- over polling ---------- */

check("a client over polling connects and gets its answers in order", async () => {
  const opened = await http(socketIo({ transport: "polling" }));
  const session = socketIo({ transport: "polling", sid: JSON.parse(opened.text.slice(1)).sid });
  const post = (body) => http(session, { method: "POST", body });
  assert.equal((await post("40")).text, "ok");
  const packets = [];
  const read = async (count) => {
    while (packets.length < count) packets.push(...(await http(session)).text.split("\x1e"));
  };
  await read(2);
  assert.match(packets[0], /^40\{"sid":"[\w-]{20}"\}$/);
  assert.equal(packets[1], '42["auth",{}]');
  packets.length = 0;
  await post(['42["message",1]', `452-["message",${PLACEHOLDERS}]`, "bAQID", "bBAUG"].join("\x1e"));
  await read(4);
  assert.deepEqual(packets, [
    '42["message-back",1]',
    `452-["message-back",${PLACEHOLDERS}]`,
    "bAQID",
    "bBAUG",
  ]);
});

await runChecks({ atOnce: 6 });
