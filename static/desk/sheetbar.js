/** The list of sheets above the box: what is unsent, and in no box of this tab. */
import { el } from "./dom.js";
import { isWritten } from "./sheets.js";
import { distinct } from "./shortening.js";

/** Shows them, and changes between them. */
export class SheetBar {
  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./sheets.js").Shelf} options.shelf
   * @param {(sheet: object) => void} options.put takes one into the box.
   */
  constructor({ about, words, shelf, put }) {
    Object.assign(this, { about, words, shelf, put });
    this.list = document.getElementById("sheets");
    this.list.addEventListener("click", ({ target }) => {
      const sheet = shelf.get(target.closest("[data-sheet]")?.dataset.sheet);
      if (sheet?.state === "typing") put(sheet);
    });
  }

  /** @param {object} open the sheet in the box. */
  show(open) {
    const others = this.#unsent().filter(({ id }) => id !== open.id);
    const lines = [open, ...others].map(({ fields }) => fields.headline ?? this.words.no_words);
    const [shown, ...names] = distinct(lines);
    const own = el("li", {}, el("span", { className: "sheet", title: lines[0], ariaCurrent: "true" }, ...this.#name(open, shown)));
    const items = others.map((sheet, index) => {
      const button = { type: "button", className: "sheet", title: lines[index + 1], data: { sheet: sheet.id } };
      return el("li", {}, el("button", button, ...this.#name(sheet, names[index])));
    });
    this.list.hidden = others.length === 0;
    this.list.replaceChildren(own, ...items);
  }

  /** @param {object} open the sheet in the box; the next one comes into it. */
  next(open) {
    const sheets = this.#unsent().filter(isWritten);
    const after = sheets.findIndex(({ id }) => id === open.id) + 1;
    const sheet = sheets[after % sheets.length];
    if (sheet && sheet.id !== open.id) this.put(sheet);
  }

  #unsent() {
    return this.shelf.all().filter(({ state }) => state === "typing");
  }

  #name({ kind }, line) {
    const { lang, dir } = this.about;
    return [kind === "new" ? "" : el("b", {}, `${this.words.tasks[kind]} `), el("bdi", { lang, dir }, line)];
  }
}
