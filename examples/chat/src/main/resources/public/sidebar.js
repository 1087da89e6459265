// The rows of conversations and people, and the drawer that holds them on a telephone.

import { avatar, create } from "./log.js";

/** Shows the conversations; `choose` gets the key of the one that is clicked. */
export function showConversationRows(list, conversations, selectedKey, choose) {
  renderRows(
    list,
    conversations,
    ({ key, kind, title }) => {
      const row = create("button", { type: "button", className: "row" });
      row.append(kind === "user" ? avatar(title) : sign(kind === "room" ? "#" : "∗"));
      row.append(create("span", { className: "label" }, title));
      row.append(create("span", { className: "unread" }));
      row.addEventListener("click", () => choose(key));
      return row;
    },
    (row, { key, unread }) => {
      row.setAttribute("aria-current", String(key === selectedKey));
      const badge = row.querySelector(".unread");
      badge.hidden = unread === 0;
      badge.replaceChildren(
        unread > 99 ? "99+" : String(unread),
        create("span", { className: "visually-hidden" }, " unread"),
      );
    },
  );
}

/** Shows the people, oneself first; `choose` gets the name of another who is clicked. */
export function showPeopleRows(list, people, isTyping, choose) {
  const sorted = people.sort((a, b) => b.own - a.own || a.name.localeCompare(b.name));
  renderRows(
    list,
    sorted.map((person) => ({ ...person, key: person.id })),
    ({ name, own }) => {
      const row = own
        ? create("div", { className: "row" })
        : create("button", { type: "button", className: "row", title: `Write to ${name} alone` });
      row.append(avatar(name), create("span", { className: "label" }, name));
      row.append(create("span", { className: "note" }, own ? "you" : ""));
      if (!own) {
        row.addEventListener("click", () => choose(name));
      }
      return row;
    },
    (row, { name, own }) => {
      if (!own) {
        row.querySelector(".note").textContent = isTyping(name) ? "typing…" : "";
      }
    },
  );
}

function sign(character) {
  const element = create("span", { className: "avatar sign" }, character);
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** Brings a list to the items given; rows that stay are kept, and with them the focus. */
function renderRows(list, items, createRow, updateRow) {
  const kept = new Map([...list.children].map((item) => [item.dataset.key, item]));
  const keys = new Set(items.map(({ key }) => key));
  kept.forEach((item, key) => keys.has(key) || item.remove());
  items.forEach((data, index) => {
    let item = kept.get(data.key);
    if (!item) {
      item = create("li");
      item.dataset.key = data.key;
      item.append(createRow(data));
    }
    if (list.children[index] !== item) {
      list.insertBefore(item, list.children[index] ?? null);
    }
    updateRow(item.firstElementChild, data);
  });
}

/** Opens and closes the sidebar where it is a drawer; what lies behind it cannot be reached. */
export class Drawer {
  #menu;
  #sidebar;
  #behind;

  constructor({ menu, sidebar, scrim, behind }) {
    this.#menu = menu;
    this.#sidebar = sidebar;
    this.#behind = behind;
    menu.addEventListener("click", () => (this.#isOpen() ? this.close(true) : this.#open()));
    scrim.addEventListener("click", () => this.close(true));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.close(true);
      }
    });
    matchMedia("(min-width: 761px)").addEventListener("change", () => this.close(false));
  }

  close(returnFocus) {
    if (this.#isOpen()) {
      this.#set(false);
      if (returnFocus) {
        this.#menu.focus();
      }
    }
  }

  #open() {
    this.#set(true);
    this.#sidebar.querySelector("[aria-current=true]")?.focus();
  }

  #isOpen() {
    return document.body.classList.contains("drawer-open");
  }

  #set(open) {
    document.body.classList.toggle("drawer-open", open);
    this.#menu.setAttribute("aria-expanded", String(open));
    this.#behind.inert = open;
  }
}
