// The page: what the session tells becomes elements, what the person does becomes calls.

import { Log, avatar } from "./log.js";
import { EVERYONE, Session, personKey, roomKey, splitKey } from "./session.js";
import { Drawer, showConversationRows, showPeopleRows } from "./sidebar.js";
import { OwnTyping, Typists } from "./typing.js";

const NAME_LENGTH = 32;

const byId = (id) => document.getElementById(id);
const body = document.body;
const nameInput = byId("name");
const roomInput = byId("room");
const text = byId("message-text");

const session = new Session({
  connection: showConnection,
  connectionLost: () => addEventEverywhere("Connection lost"),
  joined,
  rejected,
  waitingForName,
  people: showPeople,
  came: (name) => presence(name, "joined"),
  left: (name) => presence(name, "left"),
  cameToRoom: (name, room) => addEvent(roomKey(room), `${name} joined the room`),
  leftRoom: (name, room) => addEvent(roomKey(room), `${name} left the room`),
  message: receive,
  delivery: (message) => conversations.get(message.conversation)?.log.updatePending(message),
  typing: (name, typing) => typists.set(name, typing),
  trouble: (error) => selected.log.addEvent(error),
});

// Typing is told to all, so only what is written to everyone is told.
const ownTyping = new OwnTyping((typing) => session.typing(typing));
const typists = new Typists(showPeople);

const drawer = new Drawer({
  menu: byId("menu"),
  sidebar: byId("sidebar"),
  scrim: byId("scrim"),
  behind: byId("conversation"),
});

/** Key to conversation. */
const conversations = new Map();
let selected = null;

/* Joining and leaving the chat */

// The tab remembers who it is, so that a reload rejoins; the browser only remembers a suggestion.
const stored = JSON.parse(sessionStorage.getItem("switchboard.chat") ?? "null");
nameInput.value = stored?.name ?? localStorage.getItem("switchboard.name") ?? "";

byId("name-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = nameInput.value.trim();
  if (name === "" || [...name].length > NAME_LENGTH) {
    showNameError(`Please choose a name of 1 to ${NAME_LENGTH} characters.`);
    return;
  }
  showNameError("");
  byId("name-submit").disabled = true;
  session.signIn(name);
});

byId("sign-out").addEventListener("click", () => {
  sessionStorage.removeItem("switchboard.chat");
  ownTyping.stop();
  typists.clear();
  session.signOut();
  conversations.forEach(({ log }) => log.element.remove());
  conversations.clear();
  selected = null;
  text.value = "";
  select(EVERYONE);
  showStage("sign-in");
});

function joined({ recovered, missed, again }) {
  remember();
  showNameError("");
  byId("my-name").textContent = session.name;
  byId("my-avatar").replaceWith(
    Object.assign(avatar(session.name, "avatar small"), { id: "my-avatar" }),
  );
  session.rooms.forEach((room) => conversation(roomKey(room)));
  if (again) {
    addEventEverywhere(recovered ? recoveredText(missed) : "Reconnected, in a new session");
  }
  if (body.dataset.stage === "sign-in") {
    showStage("chat");
  }
  showConnection("connected", session.transport);
  showPeople();
}

function recoveredText(missed) {
  if (missed === 0) {
    return "Reconnected, nothing missed";
  }
  return `Reconnected, ${missed === 1 ? "1 missed message" : `${missed} missed messages`} recovered`;
}

function rejected(error) {
  sessionStorage.removeItem("switchboard.chat");
  showStage("sign-in");
  showNameError(error);
}

function waitingForName(error) {
  if (body.dataset.stage === "sign-in") {
    showNameError(`${error} Trying again…`);
  } else {
    byId("connection-text").textContent = "Waiting for the earlier session to end…";
  }
}

function remember() {
  const { name, rooms } = session;
  sessionStorage.setItem("switchboard.chat", JSON.stringify({ name, rooms: [...rooms] }));
  localStorage.setItem("switchboard.name", name);
}

function showStage(stage) {
  body.dataset.stage = stage;
  byId("sign-in").hidden = stage !== "sign-in";
  byId("chat").hidden = stage !== "chat";
  byId("name-submit").disabled = false;
  if (stage === "chat") {
    select(selected.key);
  } else {
    nameInput.focus();
    nameInput.select();
  }
}

function showNameError(error) {
  byId("name-error").textContent = error;
  nameInput.setAttribute("aria-invalid", String(error !== ""));
  if (error !== "") {
    byId("name-submit").disabled = false;
    nameInput.focus();
  }
}

/* The connection */

function showConnection(state, detail) {
  const before = body.dataset.connection;
  body.dataset.connection = state;
  body.dataset.transport = state === "connected" ? detail : "";
  byId("connection-text").textContent = connectionText(state, detail);
  if (state !== before && body.dataset.stage === "chat") {
    announce(state === "connected" ? "Connected" : "Connection lost, reconnecting");
  }
}

function connectionText(state, detail) {
  switch (state) {
    case "connected":
      return `Connected · ${detail}`;
    case "offline":
      return "No network";
    case "reconnecting":
      return detail > 1 ? `Reconnecting… attempt ${detail}` : "Reconnecting…";
    default:
      return "Connecting…";
  }
}

/* Conversations */

/** The conversation of a key, made when it is first spoken of. */
function conversation(key) {
  let found = conversations.get(key);
  if (!found) {
    const [kind, name] = splitKey(key);
    const title = kind === "all" ? "Everyone" : name;
    const log = new Log(`Messages: ${title}`, {
      emptyText: emptyText(kind, name),
      onScroll: (atEnd) => {
        if (selected?.log === log) {
          byId("newest").hidden = atEnd;
        }
      },
      onResend: (message) => session.resend(message),
    });
    found = { key, kind, title, log, unread: 0, draft: "" };
    conversations.set(key, found);
    byId("logs").append(log.element);
    showConversations();
  }
  return found;
}

function emptyText(kind, name) {
  switch (kind) {
    case "all":
      return "Nothing here yet. Say hello!";
    case "room":
      return "This room is quiet. Only its members read what is said here.";
    default:
      return `Messages here reach ${name} alone.`;
  }
}

function select(key) {
  ownTyping.stop();
  if (selected) {
    selected.draft = text.value;
  }
  selected = conversation(key);
  selected.unread = 0;
  text.value = selected.draft;
  for (const each of conversations.values()) {
    each.log.show(each === selected);
  }
  byId("newest").hidden = true;
  drawer.close(false);
  showConversations();
  showConversation();
  fitText();
  text.focus();
}

function showConversation() {
  const { kind, title } = selected;
  const online = kind !== "user" || session.idOf(title) !== undefined;
  byId("conversation-title").textContent = kind === "room" ? `# ${title}` : title;
  byId("conversation-about").textContent = about(kind, online);
  const leave = byId("leave-room");
  leave.hidden = kind === "all";
  leave.textContent = kind === "room" ? "Leave room" : "Close";
  text.disabled = !online;
  text.placeholder = online ? placeholder(kind, title) : `${title} is offline`;
  byId("send").disabled = !online;
  byId("typing").textContent = kind === "all" ? typists.toString() : "";
}

function about(kind, online) {
  switch (kind) {
    case "all":
      return session.people.size === 1
        ? "Only you are here so far"
        : `${session.people.size} people online`;
    case "room":
      return "Room · its members read along";
    default:
      return online ? "Private · only the two of you" : "Offline";
  }
}

function placeholder(kind, title) {
  return kind === "all" ? "Message to everyone" : `Message to ${title}`;
}

function showConversations() {
  const order = { all: 0, room: 1, user: 2 };
  const sorted = [...conversations.values()].sort(
    (a, b) => order[a.kind] - order[b.kind] || a.title.localeCompare(b.title),
  );
  showConversationRows(byId("conversations"), sorted, selected?.key, select);
  const unread = sorted.reduce((sum, each) => sum + each.unread, 0);
  document.title = unread > 0 ? `(${unread}) Switchboard chat` : "Switchboard chat";
  byId("menu-unread").hidden = unread === 0;
  byId("menu").setAttribute(
    "aria-label",
    `Conversations and people${unread > 0 ? `, ${unread} unread` : ""}`,
  );
}

byId("room-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const room = roomInput.value.trim();
  byId("room-error").textContent = "";
  if (room === "") {
    roomInput.focus();
    return;
  }
  if (!session.rooms.has(room)) {
    const answer = await session.joinRoom(room);
    if (!answer.ok) {
      byId("room-error").textContent = answer.error;
      roomInput.focus();
      return;
    }
    remember();
    conversation(roomKey(room)).log.addEvent("You joined the room");
  }
  roomInput.value = "";
  select(roomKey(room));
});

byId("leave-room").addEventListener("click", () => {
  const { key, kind, title, log } = selected;
  if (kind === "room") {
    session.leaveRoom(title);
    remember();
  }
  conversations.delete(key);
  log.element.remove();
  selected = null;
  select(EVERYONE);
});

/* Messages */

function receive(key, message, sent) {
  const target = conversation(key);
  target.log.addMessage(message, sent);
  if (message.own) {
    return;
  }
  typists.set(message.username, false);
  if (target !== selected || document.hidden) {
    target.unread++;
    showConversations();
  }
  if (target !== selected) {
    const where = { all: "to everyone", room: `in ${target.title}`, user: "privately" };
    announce(`${message.username} ${where[target.kind]}: ${message.text}`);
  }
}

function presence(name, verb) {
  typists.set(name, false);
  showPeople();
  for (const key of [EVERYONE, personKey(name)]) {
    addEvent(key, `${name} ${verb}`);
  }
}

function addEvent(key, line) {
  conversations.get(key)?.log.addEvent(line);
}

function addEventEverywhere(line) {
  conversations.forEach(({ log }) => log.addEvent(line));
}

function showPeople() {
  const people = [...session.people].map(([id, name]) => ({ id, name, own: name === session.name }));
  showPeopleRows(
    byId("people"),
    people,
    (name) => typists.has(name),
    (name) => select(personKey(name)),
  );
  byId("people-count").textContent = people.length;
  showConversation();
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const message = text.value.trim();
  if (message === "") {
    return;
  }
  ownTyping.stop();
  text.value = "";
  fitText();
  text.focus();
  selected.log.addPending(session.send(selected.key, message));
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("composer").requestSubmit();
  }
});

text.addEventListener("input", () => {
  fitText();
  if (selected.kind === "all" && text.value.trim() !== "") {
    ownTyping.typed();
  } else {
    ownTyping.stop();
  }
});

/** Lets the box grow with its text, up to the limit that the style sheet sets. */
function fitText() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

byId("newest").addEventListener("click", () => {
  selected.log.scrollToEnd();
  text.focus();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    selected.unread = 0;
    showConversations();
  }
});

/** Tells a screen reader what happens outside of the conversation that is shown. */
function announce(what) {
  byId("announcer").textContent = what;
}

select(EVERYONE);
showStage("sign-in");
session.connect();
if (stored) {
  session.signIn(stored.name, stored.rooms);
}
