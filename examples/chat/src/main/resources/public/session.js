// One person's session: the connection, the name, the rooms, and the messages on their way out.
// It knows Socket.IO and no DOM; chat.js hands in the listener that shows what happens.

import { io } from "/socket.io/socket.io.esm.min.js";

const ACK_TIMEOUT_MS = 8_000;

// After a cut that the server has not noticed yet, the own name is still taken by the session
// that broke off; the server frees it when its heartbeat times out, 45 s by default.
const REJOIN_EVERY_MS = 2_000;
const REJOIN_ATTEMPTS = 30;
const RELOAD_ATTEMPTS = 3;

/** The conversation that a message belongs to, as a key: `all`, `room:<name>`, `user:<name>`. */
export const EVERYONE = "all";
export const roomKey = (room) => `room:${room}`;
export const personKey = (name) => `user:${name}`;

export class Session {
  /** The name on joining, null before. */
  name = null;
  /** True from the server's yes to `join` until the connection breaks. */
  joined = false;
  /** Who is online: socket id to name. */
  people = new Map();
  rooms = new Set();

  #listener;
  #socket;
  #outgoing = [];
  #everJoined = false;
  #lost = null;

  constructor(listener) {
    this.#listener = listener;
    const transport = new URLSearchParams(location.search).get("transport");
    this.#socket = io({
      autoConnect: false,
      reconnectionDelay: 500,
      reconnectionDelayMax: 3_000,
      ...(transport ? { transports: [transport] } : {}),
    });
    this.#listen();
  }

  connect() {
    this.#socket.connect();
  }

  /** The id that others address private messages to. */
  get id() {
    return this.#socket.id;
  }

  /** `polling` or `websocket`; only while connected. */
  get transport() {
    return this.#socket.io.engine.transport.name;
  }

  idOf(name) {
    for (const [id, other] of this.people) {
      if (other === name) {
        return id;
      }
    }
    return undefined;
  }

  /** Joins under a name; `rooms` are joined with it, after a reload. */
  signIn(name, rooms = []) {
    this.name = name;
    this.rooms = new Set(rooms);
    if (this.#socket.connected) {
      this.#enter(rooms.length > 0 ? RELOAD_ATTEMPTS : 1);
    }
  }

  signOut() {
    this.#forget();
    this.#socket.disconnect();
    this.#socket.connect();
  }

  async joinRoom(room) {
    const answer = await this.#ask("join-room", room);
    if (answer.ok) {
      this.rooms.add(room);
    }
    return answer;
  }

  async leaveRoom(room) {
    this.rooms.delete(room);
    return this.#ask("leave-room", room);
  }

  typing(on) {
    if (this.joined) {
      this.#socket.emit("typing", on);
    }
  }

  /**
   * Sends now, or after the next join. The message's `delivery` goes from `waiting` to `sending`
   * to `sent` or `failed`, each told to the listener.
   */
  send(conversation, text) {
    const message = { conversation, text, delivery: "waiting", error: null };
    this.#outgoing.push(message);
    this.#flush();
    return message;
  }

  resend(message) {
    this.#drop(message);
    this.#outgoing.push(message);
    this.#deliver(message, "waiting");
    this.#flush();
  }

  #listen() {
    const socket = this.#socket;
    socket.on("connect", () => this.#connected());
    socket.on("disconnect", (reason) => this.#disconnected(reason));
    socket.on("connect_error", () => this.#reconnecting());
    socket.io.on("reconnect_attempt", (attempt) => this.#reconnecting(attempt));

    socket.on("online-users", (online) => {
      this.people = new Map(online.map(({ id, name }) => [id, name]));
      this.#listener.people();
    });
    socket.on("user-joined", ({ username, userId }) => {
      this.people.set(userId, username);
      if (username !== this.name) {
        this.#listener.came(username);
      }
    });
    socket.on("user-left", ({ username, userId }) => {
      // A recovered session hears of its own leaving, under its own id.
      if (userId !== this.id && this.people.delete(userId)) {
        this.#listener.left(username);
      }
    });
    socket.on("user-joined-room", ({ username, room }) => {
      if (username !== this.name) {
        this.#listener.cameToRoom(username, room);
      }
    });
    socket.on("user-left-room", ({ username, room }) => {
      if (username !== this.name) {
        this.#listener.leftRoom(username, room);
      }
    });
    socket.on("chat-message", (message) => this.#received(EVERYONE, message));
    socket.on("room-message", (message) => this.#received(roomKey(message.room), message));
    socket.on("private-message", ({ from, message, timestamp }) =>
      this.#received(personKey(from), { username: from, message, timestamp }),
    );
    socket.on("typing", ({ username, typing }) => this.#listener.typing(username, typing));
    socket.on("error-message", (error) =>
      this.#listener.trouble(typeof error === "string" ? error : error.error),
    );
  }

  #connected() {
    const show = () => this.#listener.connection("connected", this.transport);
    this.#socket.io.engine.on("upgrade", show);
    show();
    this.#enter(this.#everJoined ? REJOIN_ATTEMPTS : this.rooms.size > 0 ? RELOAD_ATTEMPTS : 1);
  }

  #disconnected(reason) {
    if (this.joined) {
      this.#lost = { missed: 0 };
      this.#listener.connectionLost();
    }
    this.joined = false;
    if (reason === "io client disconnect") {
      return;
    }
    this.#reconnecting();
    if (reason === "io server disconnect") {
      // The client library leaves this case to the application.
      setTimeout(() => this.#socket.connect(), REJOIN_EVERY_MS);
    }
  }

  #reconnecting(attempt) {
    const state = navigator.onLine === false ? "offline" : "reconnecting";
    this.#listener.connection(this.#everJoined ? state : "connecting", attempt);
  }

  /** Joins, again and again if the name may still be held by the session that broke off. */
  async #enter(attempts) {
    const connection = this.#socket.id;
    const current = () => this.#socket.connected && this.#socket.id === connection;
    while (this.name !== null && current()) {
      const answer = await this.#ask("join", this.name);
      if (!current() || this.name === null) {
        return;
      }
      if (answer.ok) {
        await this.#entered();
        return;
      }
      if (--attempts <= 0) {
        this.#forget();
        this.#listener.rejected(answer.error);
        return;
      }
      this.#listener.waitingForName(answer.error);
      await new Promise((resolve) => setTimeout(resolve, REJOIN_EVERY_MS));
    }
  }

  async #entered() {
    // Who is online stands in the answer too, but only online-users is in order with those who
    // come and go meanwhile.
    const recovered = this.#socket.recovered;
    if (!recovered) {
      await Promise.all([...this.rooms].map((room) => this.#ask("join-room", room)));
    }
    const lost = this.#lost;
    this.#lost = null;
    this.#everJoined = true;
    this.joined = true;
    this.#listener.joined({ recovered, missed: lost?.missed ?? 0, again: lost !== null });
    this.#settleUnconfirmed(recovered);
    this.#flush();
  }

  #forget() {
    this.name = null;
    this.joined = false;
    this.rooms.clear();
    this.people.clear();
    this.#outgoing = [];
    this.#everJoined = false;
    this.#lost = null;
  }

  #received(conversation, { username, message, timestamp }) {
    if (this.name === null) {
      return;
    }
    if (this.#lost) {
      this.#lost.missed++;
    }
    const own = username === this.name;
    const sent = own ? this.#takeOutgoing(conversation, message) : undefined;
    this.#listener.message(conversation, { username, text: message, timestamp, own }, sent);
  }

  /** The message of ours that has come back to us with the server's time. */
  #takeOutgoing(conversation, text) {
    const index = this.#outgoing.findIndex(
      (message) => message.conversation === conversation && message.text === text,
    );
    return index < 0 ? undefined : this.#outgoing.splice(index, 1)[0];
  }

  #flush() {
    if (this.joined) {
      this.#outgoing.filter(({ delivery }) => delivery === "waiting").forEach((m) => this.#emit(m));
    }
  }

  async #emit(message) {
    const [kind, name] = splitKey(message.conversation);
    this.#deliver(message, "sending");
    const answer = await this.#askTo(kind, name, message.text);
    if (!this.#outgoing.includes(message)) {
      return; // it came back before the acknowledgement, or the person left
    }
    if (answer.lost) {
      // It stays among the outgoing: the message itself may still come back and settle it.
      const cut = !this.#socket.connected;
      this.#deliver(message, cut ? "unconfirmed" : "failed", answer.error);
    } else if (!answer.ok) {
      this.#drop(message);
      this.#deliver(message, "failed", answer.error);
    } else if (kind === "user") {
      // Private messages go to the recipient alone; ours does not come back.
      this.#drop(message);
      const timestamp = new Date().toISOString();
      const own = { username: this.name, text: message.text, timestamp, own: true };
      this.#listener.message(message.conversation, own, message);
    } else {
      this.#deliver(message, "sent");
    }
  }

  #askTo(kind, name, text) {
    if (kind === "all") {
      return this.#ask("chat-message", text);
    }
    if (kind === "room") {
      return this.#ask("room-message", { room: name, message: text });
    }
    const recipientId = this.idOf(name);
    return recipientId === undefined
      ? { ok: false, error: `${name} is not online.` }
      : this.#ask("private-message", { recipientId, message: text });
  }

  /**
   * What was on its way when the connection broke: a recovered session has already seen those that
   * arrived come back, so the rest is sent again; a new session cannot tell, and the person decides.
   */
  #settleUnconfirmed(recovered) {
    for (const message of this.#outgoing.filter(({ delivery }) => delivery === "unconfirmed")) {
      if (recovered && !message.conversation.startsWith("user:")) {
        this.#deliver(message, "waiting");
      } else {
        this.#drop(message);
        this.#deliver(message, "failed", "The connection broke; this may not have arrived.");
      }
    }
  }

  #drop(message) {
    this.#outgoing = this.#outgoing.filter((other) => other !== message);
  }

  #deliver(message, delivery, error = null) {
    message.delivery = delivery;
    message.error = error;
    this.#listener.delivery(message);
  }

  /** Emits with an acknowledgement; without one in time, `lost` is set in the answer. */
  async #ask(event, argument) {
    if (!this.#socket.connected) {
      return { ok: false, error: "Not connected.", lost: true };
    }
    try {
      return await this.#socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, argument);
    } catch {
      return { ok: false, error: "The server did not answer.", lost: true };
    }
  }
}

/** `["room", "tea"]` of `room:tea`. */
export function splitKey(key) {
  const colon = key.indexOf(":");
  return colon < 0 ? [key, ""] : [key.slice(0, colon), key.slice(colon + 1)];
}
