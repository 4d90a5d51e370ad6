/** The notice under the box (WCAG status message): what became of a text, named by its first words, and the way back to it. */
import { el } from "./dom.js";

const WORDS = 6;
const LETTERS = 48;

/** One at a time; what was thrown away is on offer while nothing else is to be said, until the next line is sent. */
export class Notice {
  #thrown = null;

  /**
   * @param {object} options
   * @param {{lang: string, dir: string}} options.about
   * @param {object} options.words
   * @param {(sheet: object, error?: Error) => void} options.open
   */
  constructor({ about, words, open }) {
    Object.assign(this, { about, words, open });
    this.box = document.getElementById("said");
  }

  /**
   * @param {string} sentence "": what is said if there is nothing else.
   * @param {?object} sheet that it is about.
   * @param {{isElsewhere?: boolean, error?: Error}} [how] whether the sheet is not in the box, and what is wrong with it.
   */
  say(sentence, sheet = null, { isElsewhere = false, error } = {}) {
    if (!sentence) return this.rest();
    this.#show(sentence, sheet, isElsewhere ? this.#way(sheet, this.words.open_sheet, error) : "");
  }

  rest() {
    if (this.#thrown) this.#show(this.words.thrown_away, this.#thrown, this.#way(this.#thrown, this.words.take_back));
    else this.box.replaceChildren();
  }

  /** @param {object} sheet that can be taken back. */
  throw(sheet) {
    this.#thrown = sheet;
  }

  /** Another line is on its way. */
  forget() {
    this.#thrown = null;
    this.rest();
  }

  #show(sentence, sheet, way) {
    const { lang, dir } = this.about;
    const line = beginning(sheet?.fields.headline ?? "");
    this.box.replaceChildren(sentence, line && " ", line && el("q", { lang, dir }, line), way);
  }

  #way(sheet, word, error) {
    const button = el("button", { type: "button" }, word);
    button.addEventListener("click", () => {
      if (sheet === this.#thrown) this.#thrown = null;
      this.open(sheet, error);
    });
    return button;
  }
}

function beginning(line) {
  const words = line.split(/\s+/).slice(0, WORDS).join(" ");
  const start = Array.from(words).slice(0, LETTERS).join("");
  return start.length < line.length ? `${start}…` : start;
}
