// Who types, in both directions. What is told expires, so a lost "no longer" does no harm.

const REPEAT_MS = 2_500;
const IDLE_MS = 3_000;
const EXPIRES_MS = 6_000;

/** Tells the others while the person types, at most once in a while. */
export class OwnTyping {
  #tell;
  #toldAt = 0;
  #idle;

  constructor(tell) {
    this.#tell = tell;
  }

  typed() {
    if (Date.now() - this.#toldAt > REPEAT_MS) {
      this.#toldAt = Date.now();
      this.#tell(true);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
  }

  stop() {
    clearTimeout(this.#idle);
    if (this.#toldAt > 0) {
      this.#toldAt = 0;
      this.#tell(false);
    }
  }
}

/** The others who type now. */
export class Typists {
  #timers = new Map();
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  has(name) {
    return this.#timers.has(name);
  }

  set(name, typing) {
    clearTimeout(this.#timers.get(name));
    const before = this.#timers.delete(name);
    if (typing) {
      this.#timers.set(name, setTimeout(() => this.set(name, false), EXPIRES_MS));
    }
    if (before !== typing) {
      this.#changed();
    }
  }

  clear() {
    [...this.#timers.keys()].forEach((name) => this.set(name, false));
  }

  /** A sentence, empty when nobody types. */
  toString() {
    const names = [...this.#timers.keys()];
    switch (names.length) {
      case 0:
        return "";
      case 1:
        return `${names[0]} is typing`;
      case 2:
        return `${names[0]} and ${names[1]} are typing`;
      default:
        return "Several people are typing";
    }
  }
}
