/** Warnings while a line is typed (lint); they never block. */
import { el, fill } from "./dom.js";

const DEBOUNCE_MS = 300;

/** The list under the box. */
export class Warnings {
  #timer = 0;
  #asked = 0;

  /**
   * @param {import("./api.js").Api} api
   * @param {object} words
   */
  constructor(api, words) {
    Object.assign(this, { api, words });
    this.list = document.getElementById("warnings");
  }

  /** @param {?object} line headline, urgency, source, and the id of a line that it is a version of; null: none. */
  look(line) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(line), DEBOUNCE_MS);
  }

  async #ask(line) {
    const asked = ++this.#asked;
    const answer = line && (await this.api.lint(line).catch(() => null));
    if (asked !== this.#asked) return;
    const items = (answer?.warnings ?? []).map(({ kind, line: other }) => el("li", {}, fill(this.words[`lint_${kind}`], { line: other })));
    this.list.replaceChildren(...items);
  }
}
