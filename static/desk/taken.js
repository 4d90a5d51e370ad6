/** Which sheets are in the hands of the user's other tabs: each tab is registered while it is open, and answers. */
import { uuid } from "./dom.js";

// A tab that was torn away, or sleeps, does not answer.
const PATIENCE_MS = 3000;

/** This tab among the others. */
export class Taken {
  #id = uuid();
  #prefix;
  #channel;
  #mine = () => [];

  /** @param {{user: string, edition: string}} about */
  constructor({ user, edition }) {
    this.#prefix = `ticker tab ${user} ${edition} `;
    this.#channel = new BroadcastChannel(`ticker tabs ${user} ${edition}`);
    this.#channel.addEventListener("message", ({ data }) => {
      if (data === "whose") this.#channel.postMessage({ tab: this.#id, sheets: this.#mine() });
    });
    const register = () => localStorage.setItem(this.#prefix + this.#id, "");
    addEventListener("pageshow", register);
    addEventListener("pagehide", () => localStorage.removeItem(this.#prefix + this.#id));
    register();
  }

  /** Of this tab. */
  get id() {
    return this.#id;
  }

  /** @returns {Promise<string[]>} ids of the tabs that are open, this one's too. */
  async living() {
    await this.ask();
    return [...this.#others(), this.#id];
  }

  /** @param {() => string[]} mine ids of the sheets in this tab's hands. */
  claim(mine) {
    this.#mine = mine;
  }

  /**
   * @returns {Promise<{ids: Set<string>, alone: boolean}>} ids of the sheets in some tab's hands, this one's too, and
   *   whether this is the only tab.
   */
  async ask() {
    const silent = new Set(this.#others());
    const others = silent.size ? await this.#answers(silent) : [];
    for (const id of silent) localStorage.removeItem(this.#prefix + id);
    return { ids: new Set([...others.flat(), ...this.#mine()]), alone: others.length === 0 };
  }

  /** Ids of the other tabs that are registered. */
  #others() {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(this.#prefix));
    return names.map((name) => name.slice(this.#prefix.length)).filter((id) => id !== this.#id);
  }

  /** The sheets of each tab that answers; those that have not by the end are left in `silent`. */
  #answers(silent) {
    const answers = [];
    const listening = new AbortController();
    return new Promise((resolve) => {
      const end = () => (listening.abort(), resolve(answers));
      const patience = setTimeout(end, PATIENCE_MS);
      this.#channel.addEventListener("message", ({ data }) => {
        if (!data.tab) return;
        answers.push(data.sheets);
        silent.delete(data.tab);
        if (silent.size > 0) return;
        clearTimeout(patience);
        end();
      }, { signal: listening.signal });
      this.#channel.postMessage("whose");
    });
  }
}
