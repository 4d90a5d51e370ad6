/** Who is at this desk now, and who writes on which line; what is written on here is told to the others. */
import { isUnknown } from "./api.js";
import { el, fill, isolated, plural } from "./dom.js";

const SHOWN = 4;
const AGAIN_MS = 5000;
const TOO_MANY = 429;

/** The others, in the header and for the rows. */
export class People {
  /** Name → ids of lines; null: not known. */
  #others = null;
  #live = false;
  #desk = null;
  #line = null;
  #told = null;
  #telling = false;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   */
  constructor({ about, words, api }) {
    Object.assign(this, { about, words, api });
    this.box = document.getElementById("people");
  }

  /** @param {string} desk id of this page at the service, which is another one after each reconnection. */
  seated(desk) {
    this.#desk = desk;
    this.#told = null;
    this.#tell();
  }

  /** @param {Record<string, string[]>} desks name → ids of the lines that they write on. */
  hear(desks) {
    const { [this.about.user]: _, ...others } = desks;
    this.#others = others;
    this.#show();
  }

  /** @param {boolean} live whether the service can be reached: else nobody knows who is here. */
  connected(live) {
    this.#live = live;
    this.#show();
  }

  /**
   * @param {string} id of a line.
   * @returns {string[]} names of the others who write on it.
   */
  writers(id) {
    return Object.entries(this.#here ?? {}).filter(([, lines]) => lines.includes(id)).map(([name]) => name);
  }

  /** @param {?string} id the line that is written on here now. */
  write(id) {
    this.#line = id;
    this.#tell();
  }

  /**
   * What stands before a line that others write on: one state, which lets the line be seen.
   * @param {string[]} names
   * @param {"correct"|"edit"} verb
   * @returns {(Element|string)}
   */
  note(names, verb) {
    if (names.length === 0) return "";
    const form = plural(this.words.people[verb], names.length, document.documentElement.lang);
    const text = fill(form, { names: this.#list(names) });
    return el("span", { className: "state writers", title: text }, text);
  }

  #list(names) {
    return names.map(isolated).join(this.words.people.comma);
  }

  get #here() {
    return this.#live ? this.#others : null;
  }

  async #tell() {
    if (this.#telling || this.#desk === null || this.#told === this.#line) return;
    this.#telling = true;
    const [desk, line] = [this.#desk, this.#line];
    try {
      await this.api.writing(desk, line);
      this.#tells(desk, line);
    } catch (error) {
      if (isUnknown(error) || error.status === TOO_MANY) setTimeout(() => this.#tells(desk, this.#told), AGAIN_MS);
      else this.#tells(desk, line);
    }
  }

  #tells(desk, line) {
    this.#telling = false;
    if (desk === this.#desk) this.#told = line;
    this.#tell();
  }

  #show() {
    const { words, box } = this;
    const here = this.#here;
    const names = Object.keys(here ?? {});
    const text = here === null ? "" : names.length ? fill(words.people.here, { names: this.#list(names) }) : words.people.alone;
    if (box.title === text) return;
    box.title = text;
    if (names.length <= SHOWN) return box.replaceChildren(text);
    const shown = `${this.#list(names.slice(0, SHOWN))} \u2066+${names.length - SHOWN}\u2069`;
    box.replaceChildren(el("span", { ariaHidden: "true" }, fill(words.people.here, { names: shown })), el("span", { className: "unseen" }, text));
  }
}
