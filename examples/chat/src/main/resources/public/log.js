// The messages of one conversation, as elements: grouped by author, parted by day, own ones below
// until the server has them.

const SETTLED_LIMIT = 500;
const GROUP_WITHIN_MS = 5 * 60_000;
const NEAR_THE_END_PX = 80;

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "medium" });

export class Log {
  /** The scrolling element, to be placed by the page. */
  element = create("div", { className: "log", tabIndex: 0, hidden: true });

  #settled = create("ol");
  #pending = create("ol", { className: "pending" });
  #pendingByMessage = new Map();
  #last = null;
  #onScroll;
  #onResend;

  constructor(label, { emptyText, onScroll, onResend }) {
    this.#onScroll = onScroll;
    this.#onResend = onResend;
    const live = create("div");
    live.setAttribute("role", "log");
    live.setAttribute("aria-label", label);
    live.append(this.#settled);
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", label);
    this.element.append(create("p", { className: "empty", textContent: emptyText }));
    this.element.append(live, this.#pending);
    this.element.addEventListener("scroll", () => this.#onScroll(this.atEnd()), { passive: true });
  }

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  show(shown) {
    this.element.hidden = !shown;
    if (shown) {
      this.scrollToEnd();
    }
  }

  /** Adds what was said; `sent` is the pending message that it settles, if any. */
  addMessage(message, sent) {
    this.#keepingTheEnd(message.own, () => {
      if (sent) {
        this.#removePending(sent);
      }
      const at = new Date(message.timestamp);
      this.#addDay(at);
      const item = messageItem(message, at, this.#follows(message, at));
      this.#append(item);
      this.#last = { username: message.username, at };
    });
  }

  /** Adds a line about what happened: who came, who left, a lost connection. */
  addEvent(text, at = new Date()) {
    this.#keepingTheEnd(false, () => {
      this.#addDay(at);
      this.#append(create("li", { className: "event", textContent: text }));
      this.#last = { username: null, at };
    });
  }

  /** Adds an own message that the server does not have yet. */
  addPending(message) {
    this.#keepingTheEnd(true, () => {
      const item = messageItem({ text: message.text, own: true }, null, true);
      this.#pendingByMessage.set(message, item);
      this.#pending.append(item);
      this.updatePending(message);
    });
  }

  updatePending(message) {
    const item = this.#pendingByMessage.get(message);
    if (!item) {
      return;
    }
    item.dataset.delivery = message.delivery;
    item.querySelector(".delivery").textContent = deliveryText(message.delivery);
    item.querySelector(".trouble")?.remove();
    if (message.delivery === "failed") {
      item.append(this.#trouble(message));
      this.#keepingTheEnd(true, () => {});
    }
  }

  #trouble(message) {
    const trouble = create("p", { className: "trouble" });
    trouble.setAttribute("role", "alert");
    const again = create("button", {
      type: "button",
      className: "quiet-button",
      textContent: "Send again",
    });
    again.addEventListener("click", () => this.#onResend(message));
    trouble.append(create("span", { textContent: message.error }), again);
    return trouble;
  }

  #removePending(message) {
    this.#pendingByMessage.get(message)?.remove();
    this.#pendingByMessage.delete(message);
  }

  #follows({ username }, at) {
    return this.#last?.username === username && at - this.#last.at < GROUP_WITHIN_MS;
  }

  #addDay(at) {
    const previous = this.#last?.at;
    if (previous ? !sameDay(previous, at) : !sameDay(new Date(), at)) {
      this.#append(create("li", { className: "day", textContent: dayFormat.format(at) }));
      this.#last = { username: null, at };
    }
  }

  #append(item) {
    this.#settled.append(item);
    if (this.#settled.childElementCount > SETTLED_LIMIT) {
      this.#settled.firstElementChild.remove();
    }
  }

  /** A reader at the end stays there; one who reads further up is not moved. */
  #keepingTheEnd(always, change) {
    const stay = always || this.atEnd();
    change();
    if (stay) {
      this.scrollToEnd();
    } else {
      this.#onScroll(false);
    }
  }
}

function messageItem(message, at, follows) {
  const item = create("li", { className: "message" });
  item.classList.toggle("own", message.own);
  item.classList.toggle("follows", follows);
  if (!message.own && !follows) {
    item.append(avatar(message.username), create("p", { className: "author" }, message.username));
  } else {
    const author = message.own ? "You" : message.username;
    item.append(create("span", { className: "visually-hidden" }, `${author}: `));
  }
  const bubble = create("div", { className: "bubble" });
  bubble.append(create("span", { className: "text" }, message.text), stamp(at));
  item.append(bubble);
  return item;
}

function stamp(at) {
  if (at === null) {
    return create("span", { className: "delivery" });
  }
  return create(
    "time",
    { dateTime: at.toISOString(), title: exactFormat.format(at) },
    timeFormat.format(at),
  );
}

function deliveryText(delivery) {
  switch (delivery) {
    case "waiting":
      return "Waiting";
    case "sending":
    case "unconfirmed":
      return "Sending";
    case "sent":
      return "Sent";
    default:
      return "Not sent";
  }
}

/** A round sign with the initials of a name, in a colour that is the name's own. */
export function avatar(name, className = "avatar") {
  const element = create("span", { className }, initials(name));
  element.setAttribute("aria-hidden", "true");
  let hash = 7;
  for (const character of name) {
    hash = (hash * 31 + character.codePointAt(0)) % 3600;
  }
  element.style.setProperty("--hue", String(hash % 360));
  return element;
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0]?.toUpperCase() ?? "").join("");
}

/** An element with its properties, and a text that is never read as HTML. */
export function create(tag, properties = {}, text) {
  const element = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) {
    element.textContent = text;
  }
  return element;
}

function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}
