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

  /** @param {() => string[]} mine ids of the sheets in this tab's hands. */
  claim(mine) {
    this.#mine = mine;
  }

  /**
   * @returns {Promise<{ids: Set<string>, alone: boolean}>} ids of the sheets in some tab's hands, this one's too, and
   *   whether this is the only tab.
   */
  async ask() {
    const silent = new Set(Object.keys(localStorage).filter((name) => name.startsWith(this.#prefix)));
    silent.delete(this.#prefix + this.#id);
    const others = silent.size ? await this.#answers(silent) : [];
    for (const name of silent) localStorage.removeItem(name);
    return { ids: new Set([...others.flat(), ...this.#mine()]), alone: others.length === 0 };
  }

  /** The sheets of each tab that answers; those that have not by the end are left in `silent`. */
  #answers(silent) {
    const answers = [];
    return new Promise((resolve) => {
      const end = setTimeout(resolve, PATIENCE_MS, answers);
      this.#channel.addEventListener("message", ({ data }) => {
        if (!data.tab) return;
        answers.push(data.sheets);
        silent.delete(this.#prefix + data.tab);
        if (silent.size > 0) return;
        clearTimeout(end);
        resolve(answers);
      });
      this.#channel.postMessage("whose");
    });
  }
}
