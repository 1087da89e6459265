// The wire without a client: HTTP requests and WebSocket connections, seen packet by packet.
import { WebSocket } from "ws";
import { within } from "./checks.mjs";

/** Sends a request; the answer's body comes as `bytes` and as `text`. */
export async function http(target, init = {}) {
  const answer = await fetch(target, init);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString("utf8") };
}

/** A WebSocket connection whose messages wait in a queue until they are asked for. */
export class Link {
  #messages = [];
  #waiting = [];

  constructor(scope, target, options = {}) {
    this.ws = new WebSocket(target.replace(/^http/, "ws"), options);
    scope.onEnd(() => this.ws.terminate());
    this.opened = new Promise((resolve) => this.ws.once("open", resolve));
    this.upgraded = new Promise((resolve) => this.ws.once("upgrade", (answer) => resolve(answer)));
    this.closed = new Promise((resolve) =>
      this.ws.once("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#deliver(undefined);
      }),
    );
    this.refused = new Promise((resolve) =>
      this.ws.once("unexpected-response", (_request, answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() });
          this.ws.terminate();
        });
      }),
    );
    this.ws.on("error", () => {}); // "close" follows
    this.ws.on("message", (data, binary) => this.#deliver(binary ? data : data.toString()));
  }

  /** The next message: a string, or a Buffer for a binary frame; undefined once it is closed. */
  async next(millis = 5000) {
    if (this.#messages.length) return this.#messages.shift();
    if (this.ws.readyState === WebSocket.CLOSED) return undefined;
    const message = new Promise((resolve) => this.#waiting.push(resolve));
    return within(millis, message, "a message");
  }

  /** The next message that is no ping of the heartbeat; pings are answered. */
  async nextBesidesPing() {
    for (;;) {
      const message = await this.next();
      if (message !== "2") return message;
      this.send("3");
    }
  }

  send(data) {
    this.ws.send(data);
  }

  /** How the connection was closed: {code, reason}. */
  end(millis = 5000) {
    return within(millis, this.closed, "the closing of the WebSocket");
  }

  #deliver(message) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(message);
    else this.#messages.push(message);
  }
}
