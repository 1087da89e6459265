// Tells a story of the official JavaScript client, event by event: each line is a JSON list, binary
// in it {"hex": ...}. The Java client tells the same stories (ClientStories.java), and both must
// say the same. A line {"command": ...} asks the one who started this script to do something to the
// server; {"done": true} is the last line.
// Options: story=<name> transports=polling,websocket parser=msgpack, and direct=<url>, the server where
// the first URL is that of a connection that can be cut.
import { createRequire } from "node:module";
import { listOption, option, url } from "./lib/checks.mjs";

const require = createRequire(import.meta.url);
const { io } = require("socket.io-client");

const settings = {
  transports: listOption("transports", "polling,websocket"),
  reconnectionDelay: 100,
  reconnectionDelayMax: 400,
  ...(option("parser") === "msgpack" ? { parser: require("socket.io-msgpack-parser") } : {}),
};

const plain = (value) => {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  }
  return value === undefined ? null : value;
};
const log = (...words) => console.log(JSON.stringify(plain(words)));
const command = (what) => console.log(JSON.stringify({ command: what }));

/** A socket, and a way to wait for what happens to it. */
function open(path = "/", options = {}) {
  const socket = io(url + path, { autoConnect: false, ...settings, ...options });
  const happened = [];
  const waiting = [];
  const happen = (...words) => {
    const waiter = waiting.findIndex(([name]) => name === words[0]);
    if (waiter >= 0) waiting.splice(waiter, 1)[0][1](words);
    else happened.push(words);
  };
  socket.on("connect", () => happen("connect"));
  socket.on("connect_error", (e) => happen("connect_error", e.message, e.data ?? null));
  socket.on("disconnect", (reason) => happen("disconnect", reason));
  socket.io.on("reconnect_attempt", (n) => happen("reconnect_attempt", n));
  socket.io.on("reconnect", () => happen("reconnect"));
  socket.io.on("reconnect_failed", () => happen("reconnect_failed"));
  socket.onAny((event, ...args) => {
    happen(event, ...args.filter((a) => typeof a !== "function"));
  });
  /** The next thing of that name. */
  const next = (name) =>
    new Promise((resolve) => {
      const at = happened.findIndex(([first]) => first === name);
      if (at >= 0) resolve(happened.splice(at, 1)[0]);
      else waiting.push([name, resolve]);
    });
  return { socket, next, happened };
}

const failure = (promise) =>
  promise.then(
    () => "none",
    (e) => (e.message.includes("disconnected") ? "disconnected" : "timeout"),
  );

const stories = {
  async conversation() {
    const { socket, next } = open();
    socket.connect();
    log(...(await next("connect")), socket.connected, socket.id.length);
    log(...(await next("message")));
    socket.emit("echo", 1, "zwei €", true, null, { a: [1.5, {}] });
    log(...(await next("echoBack")));
    log("ack", await socket.emitWithAck("ack", "one"));
    socket.once("ack", (...args) => args.pop()(5, { test: true }));
    socket.emit("callAck");
    log(...(await next("ackBack")));
    socket.once("ack", (done) => done(Buffer.from([1, 2, 255])));
    socket.emit("callAckBinary");
    log(...(await next("ackBack")));
    log("getAckBinary", await socket.emitWithAck("getAckBinary", "x"));
    log("getAckDate", typeof (await socket.emitWithAck("getAckDate", "x")));
    socket.emit("echo", { deep: [Buffer.from("abc"), { b: Buffer.from([0]) }] }, Buffer.alloc(0));
    log(...(await next("echoBack")));
    socket.send("a", "b");
    log(...(await next("message")));
    socket.emit("requestDisconnect");
    log(...(await next("disconnect")), socket.active, socket.id ?? null);
    socket.connect();
    log(...(await next("connect")));
    log(...(await next("message")));
    socket.disconnect();
    log(...(await next("disconnect")), socket.active);
  },

  async namespaces() {
    const foo = open("/foo");
    foo.socket.connect();
    log("/foo", ...(await foo.next("connect")));
    foo.socket.emit("room", "x", 1);
    log("/foo", ...(await foo.next("roomBack")));
    const no = open("/no");
    no.socket.connect();
    log("/no", ...(await no.next("connect_error")), no.socket.active);
    const nowhere = open("/nowhere");
    nowhere.socket.connect();
    log("/nowhere", ...(await nowhere.next("connect_error")), nowhere.socket.active);
    const abc = open("/abc?a=b%20c", { auth: { token: "abc" }, forceNew: true });
    abc.socket.connect();
    const [, handshake] = await abc.next("handshake");
    log("/abc", handshake.auth, handshake.query.a, handshake.query.EIO);
    foo.socket.disconnect();
    log("/foo", ...(await foo.next("disconnect")));
    abc.socket.disconnect();
    log("/abc", ...(await abc.next("disconnect")));
  },

  async auth() {
    let asked = 0;
    const { socket, next } = open("/abc", { auth: (give) => give({ asked: ++asked }) });
    for (let i = 0; i < 3; i++) {
      socket.connect();
      log((await next("handshake"))[1].auth);
      socket.disconnect();
      log(...(await next("disconnect")));
    }
  },

  async buffers() {
    const { socket, next } = open();
    const order = [];
    socket.onAnyOutgoing((event, ...args) => order.push(["out", event, ...args.filter((a) => typeof a !== "function")]));
    socket.prependAnyOutgoing((event) => order.push(["first out", event]));
    socket.prependAny((event) => order.push(["first in", event]));
    socket.once("echoBack", () => order.push(["once"]));
    socket.on("echoBack", (n) => order.push(["in", n]));
    socket.on("connect", () => order.push(["connected"]));
    socket.emit("echo", 1);
    socket.volatile.emit("echo", "volatile");
    socket.emit("echo", 2);
    log("before", await failure(socket.timeout(50).emitWithAck("ack", "late")));
    socket.connect();
    await next("echoBack");
    await next("echoBack");
    log("order", order);
    socket.offAny();
    socket.offAnyOutgoing();
    log("silence", await failure(socket.timeout(50).emitWithAck("unheard")));
    const lost = failure(socket.emitWithAck("unheard"));
    socket.emit("requestDisconnect");
    log("lost", await lost);
    socket.close();
  },

  async restart() {
    const { socket, next, happened } = open();
    socket.connect();
    await next("connect");
    const lost = failure(socket.emitWithAck("unheard"));
    await socket.emitWithAck("ack");
    command("kill");
    // a close or an error, as it happens
    log((await next("disconnect"))[1].startsWith("transport "), socket.active);
    log("lost", await lost);
    socket.emit("echo", "waited");
    log(...(await next("reconnect_attempt")));
    log((await next("connect_error"))[0], socket.active);
    log(...(await next("reconnect_attempt")));
    command("start");
    log(...(await next("reconnect")));
    log(...(await next("echoBack")));
    log("connects", happened.filter(([name]) => name === "connect").length);
    socket.close();
  },

  async gives_up() {
    const { socket, next } = open("/", { reconnectionAttempts: 2 });
    command("kill");
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.connect();
    log((await next("connect_error"))[0]);
    log(...(await next("reconnect_attempt")));
    log(...(await next("reconnect_attempt")));
    log(...(await next("reconnect_failed")), socket.active);
    socket.close();
  },

  async recovery() {
    const { socket, next } = open();
    const numbers = [];
    socket.on("n", (n) => numbers.push(n));
    socket.connect();
    log(...(await next("connect")), socket.recovered ?? false);
    const id = socket.id;
    await socket.emitWithAck("ctl:join", { rooms: ["news"] });
    const other = io(option("direct"), { ...settings, transports: ["websocket"], forceNew: true });
    const emit = (n) => other.emitWithAck("ctl:emit", { to: ["news"], event: "n", args: [n] });
    for (let i = 0; i < 10; i++) await emit(i);
    command("cut");
    log((await next("disconnect"))[0]); // a cut is a close or an error, as it happens
    for (let i = 10; i < 20; i++) await emit(i);
    log(...(await next("connect")), socket.recovered, socket.id === id);
    while (numbers.length < 20) await new Promise((resolve) => setTimeout(resolve, 20));
    log("numbers", numbers);
    const who = await socket.emitWithAck("ctl:whoami", null);
    log("recovered", who.recovered, who.rooms.includes("news"));
    socket.close();
    other.close();
  },

  async retries() {
    const { socket, next } = open("/", { retries: 2, ackTimeout: 300 });
    const sent = [];
    socket.onAnyOutgoing((event, ...args) => sent.push([event, ...args.filter((a) => typeof a !== "function")]));
    const results = [
      failure(socket.emitWithAck("ack", 1)),
      failure(socket.emitWithAck("unheard", 2)),
      failure(socket.emitWithAck("ack", 3)),
    ];
    socket.connect();
    await next("connect");
    log("results", await Promise.all(results));
    log("sent", sent);
    socket.close();
  },

  async transports() {
    const stubborn = open("/", { transports: ["polling", "websocket"] });
    stubborn.socket.connect();
    log((await stubborn.next("connect_error"))[0], stubborn.socket.active);
    stubborn.socket.close();
    const { socket, next } = open("/", {
      transports: ["polling", "websocket"],
      tryAllTransports: true,
      forceNew: true,
    });
    socket.connect();
    log(...(await next("connect")), socket.io.engine.transport.name);
    socket.close();
  },
};

const overdue = setTimeout(() => {
  console.error("the story has no end");
  process.exit(3);
}, 40_000);
await stories[option("story")]();
clearTimeout(overdue);
process.stdout.write(`${JSON.stringify({ done: true })}\n`, () => process.exit(0));
