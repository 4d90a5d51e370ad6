/** Lines that came in above what is being read: they wait behind a button, so that nothing moves under it. */
import { make } from "../ticker/line.js";
import { plural } from "../ticker/words.js";
import { isAtTop } from "./steady.js";

const FORMS = ["one", "two", "few", "many", "other"];

/** The button over a list, "2 new lines". */
export class Arrivals {
  #box;
  #lang;
  #forms;
  #waiting = new Set();
  #button = make("button", "arrivals");
  #call = make("p", "calls");

  /**
   * @param {HTMLElement} box
   * @param {object} words
   * @param {Intl.Locale} lang
   * @param {() => void} show put in what waits no more.
   */
  constructor(box, words, lang, show) {
    this.#box = box;
    this.#lang = lang;
    this.#forms = Object.fromEntries(FORMS.map((name) => [name, words[`fresh_${name}`]]));
    this.#button.type = "button";
    this.#call.hidden = true;
    this.#call.setAttribute("role", "status");
    this.#call.append(this.#button);
    document.querySelector(".banner").append(this.#call);
    this.#button.addEventListener("click", () => this.#lead(show));
    addEventListener("scroll", () => this.#waiting.size && isAtTop(box) && show(), { passive: true });
  }

  /**
   * The lines to show now: those that lead them and are not known yet wait while the reader is elsewhere.
   * @param {object[]} lines in their order.
   * @param {Map<string, object> | null} known by id; null: the page has none yet.
   */
  sift(lines, known) {
    const waiting = new Set();
    if (known?.size && !isAtTop(this.#box)) {
      const end = lines.findIndex(({ id, pinned }) => !pinned && known.has(id));
      for (const { id } of lines.slice(0, Math.max(0, end))) if (!known.has(id)) waiting.add(id);
    }
    this.#waiting = waiting;
    this.#tell();
    return lines.filter(({ id }) => !waiting.has(id));
  }

  #tell() {
    const { size } = this.#waiting;
    const text = plural(this.#forms, size, this.#lang);
    if (this.#button.textContent === text) return;
    this.#button.textContent = text;
    this.#call.hidden = !size;
  }

  #lead(show) {
    const top = this.#box.getBoundingClientRect().top - document.querySelector(".banner").offsetHeight;
    scrollBy({ top, behavior: "instant" });
    show();
    this.#box.querySelector(".permalink")?.focus({ preventScroll: true });
  }
}
