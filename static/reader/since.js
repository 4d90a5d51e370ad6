/**
 * Where a reader left the edition, kept on the device alone: "new since you left". A reload or a glance at
 * another tab is no leaving, so the rule stays where it is.
 */

const AWAY_MS = 2 * 60_000;

/** The place of a line in the order of time. */
export function placeOf({ firstcreated, id }) {
  return firstcreated + id;
}

/** The reader's place in one edition. */
export class Since {
  #key;
  #newest = "";
  #left = 0;

  /** The newest line that was there when they left, as `placeOf` has it; empty: they were never here. */
  mark = "";

  /** @param {string} edition */
  constructor(edition) {
    this.#key = `ticker read ${edition}`;
    const { mark = "", newest = "", left = 0 } = this.#recall();
    this.mark = mark;
    this.#newest = newest;
    this.#left = left;
    this.#return();
    addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#leave() : this.#return()));
  }

  /** The newest line that the page shows now. @param {object} [line] */
  see(line) {
    if (line && placeOf(line) > this.#newest) this.#newest = placeOf(line);
  }

  #leave() {
    this.#left = Date.now();
    try {
      localStorage.setItem(this.#key, JSON.stringify({ mark: this.mark, newest: this.#newest, left: this.#left }));
    } catch {
      // Storage is refused: nothing is kept beyond this page.
    }
  }

  #return() {
    if (this.#newest && Date.now() - this.#left > AWAY_MS) this.mark = this.#newest;
  }

  #recall() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }
}
