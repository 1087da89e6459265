// The official JavaScript clients behind one small interface that hides what differs between their
// major versions.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { until, within } from "./checks.mjs";

const require = createRequire(import.meta.url);
const PACKAGES = {
  4.8: "socket.io-client",
  "4.0": "socket.io-client-4.0",
  3: "socket.io-client-3",
  2: "socket.io-client-2",
};

const TRANSPORTS = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

export const msgpack = () => require("socket.io-msgpack-parser");

/**
 * Creates a client's socket, which is closed at the end of the check. It does not reconnect unless
 * the options say so.
 *
 * @param kind {version, mode}: a key of PACKAGES and one of TRANSPORTS
 */
export function createSocket(scope, kind, url, { namespace = "/", auth, ...options } = {}) {
  const io = require(PACKAGES[kind.version]);
  const settings = {
    forceNew: true,
    reconnection: false,
    transports: TRANSPORTS[kind.mode],
    ...options,
  };
  if (auth && kind.version === "2") {
    // a namespace's own query is all the authentication there is; the main one's is the URL's
    settings.query = { ...options.query, ...auth };
  } else if (auth) {
    settings.auth = auth;
  }
  const socket = io(url + namespace, settings);
  scope.onEnd(() => {
    socket.close();
    socket.io.engine?.close();
  });
  return socket;
}

/** Another namespace over the connection of `socket`, to which it connects by itself. */
export function alongside(scope, socket, namespace, options = {}) {
  const other = socket.io.socket(namespace, options);
  scope.onEnd(() => other.close());
  return other;
}

/** Creates a socket and waits until it is connected, in mode `upgrade` over WebSocket. */
export async function connect(scope, kind, url, options) {
  const socket = createSocket(scope, kind, url, options);
  await connected(socket);
  if (kind.mode === "upgrade") await upgraded(socket);
  return socket;
}

export function connected(socket, millis) {
  const connecting = new Promise((resolve, reject) => {
    if (socket.connected) resolve();
    socket.once("connect", resolve);
    const fail = (e) => reject(e instanceof Error ? e : new Error(`refused: ${inspect(e)}`));
    socket.once("connect_error", fail);
    socket.once("error", fail); // what version 2 calls the refusal of a namespace
  });
  return within(millis ?? 8000, connecting, "connecting");
}

export const transportOf = (socket) => socket.io.engine.transport.name;

export function upgraded(socket) {
  return until(() => transportOf(socket) === "websocket", "the upgrade");
}

/** How a namespace refused the connection: {message, data}. */
export function refused(socket, version) {
  const refusal = new Promise((resolve, reject) => {
    socket.once("connect", () => reject(new Error("connected, was to be refused")));
    if (version === "2") socket.once("error", (value) => resolve(value));
    else socket.once("connect_error", ({ message, data }) => resolve({ message, data }));
  });
  return within(8000, refusal, "the refusal");
}

/** The arguments of the next such event. */
export function next(socket, event, millis = 5000) {
  const arrival = new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
  return within(millis, arrival, `the event ${event}`);
}

/** The list of the arguments of all such events from now on. */
export function collect(socket, event) {
  const all = [];
  socket.on(event, (...args) => all.push(args));
  return all;
}

/** Emits an event and waits for the arguments of its acknowledgement. */
export function ask(socket, event, ...args) {
  const answer = new Promise((resolve) => socket.emit(event, ...args, (...a) => resolve(a)));
  return within(8000, answer, `the acknowledgement of ${event}`);
}

/** Sends a control event; its result without the `ok`. */
export async function ctl(socket, name, q = {}) {
  const [{ ok, ...result }] = await ask(socket, `ctl:${name}`, q);
  assert.equal(ok, true, `ctl:${name} failed: ${result.error}`);
  return result;
}

/**
 * Waits until all that was emitted to these sockets so far has arrived, so that what did not arrive
 * by then never will.
 */
export async function settled(...sockets) {
  for (const socket of sockets) await ctl(socket, "whoami");
}

/** All combinations of the versions and modes. */
export function kinds(versions, modes) {
  return versions.flatMap((version) => modes.map((mode) => ({ version, mode })));
}
