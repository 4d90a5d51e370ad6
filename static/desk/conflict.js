/**
 * Conflict: somebody else has changed or killed the line that a sheet changes (If-Match, 412). Both texts stand
 * side by side, and the editor says which one it is to be.
 */
import { diff } from "./diff.js";
import { el, fill } from "./dom.js";

/** The notice above the box. */
export class Conflict {
  #looked = "";
  #newest = null;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   * @param {() => void} options.mine the sheet in the box is to go over theirs.
   * @param {() => void} options.theirs it is to be thrown away.
   * @param {() => void} options.anew it is to be a new line.
   */
  constructor({ about, words, api, mine, theirs, anew }) {
    Object.assign(this, { about, words, api, mine, theirs, anew });
    this.box = document.getElementById("conflict");
    this.box.tabIndex = -1;
  }

  /** @returns {boolean} whether there is one, which is to be decided first. */
  focus() {
    if (!this.box.hidden) this.box.focus();
    return !this.box.hidden;
  }

  /**
   * @param {import("./sheets.js").Sheet} sheet in the box.
   * @param {?number} version that the line has by now, as far as is known here.
   */
  async look(sheet, version) {
    const { of } = sheet;
    const key = `${sheet.id} ${of?.version} ${version}`;
    if (key !== this.#looked) {
      this.#looked = key;
      this.#newest = null;
      if (!of || version === of.version) return this.#show();
      const answer = await this.api.versions(of.id).catch(() => null);
      if (this.#looked !== key) return;
      if (answer === null) this.#looked = "";
      else this.#newest = answer.versions.at(-1);
    }
    if (this.#newest) this.#tell(sheet, this.#newest);
  }

  #tell({ of, fields }, newest) {
    const { flash, by } = newest;
    if (flash.version === of.version) return this.#show();
    const { words } = this;
    const text = `${flash.id} ${flash.version} ${fields.headline}`;
    if (this.box.dataset.shown === text) return;
    this.box.dataset.shown = text;
    if (flash.pubstatus === "canceled") {
      return this.#show(el("p", {}, fill(words.killed_meanwhile, { name: by })), this.#acts(newest, [words.make_new, this.anew], [words.throw_away, this.theirs]));
    }
    const own = by === this.about.user;
    this.#show(
      el("p", {}, own ? words.conflict_own : fill(words.conflict, { name: by })),
      el("p", {}, fill(words.named, { name: own ? words.other_version : words.theirs }), this.#text(flash.headline)),
      el("p", {}, fill(words.named, { name: own ? words.this_version : words.yours }), this.#text(diff(flash.headline, said(of, fields, flash)))),
      this.#acts(newest, [words.take_yours, this.mine], [own ? words.take_other : words.take_theirs, this.theirs]));
  }

  /** The choice is about the version that was read, though there may be a newer one by now: that is asked about next. */
  #acts(newest, ...choices) {
    return el("div", { className: "acts" }, ...choices.map(([word, choose], index) => {
      const button = el("button", { type: "button", className: index ? "" : "primary" }, word);
      button.addEventListener("click", () => choose(newest));
      return button;
    }));
  }

  #text(content) {
    return el("bdi", { className: "diff", lang: this.about.lang, dir: this.about.dir }, content);
  }

  #show(...parts) {
    if (parts.length === 0) this.box.dataset.shown = "";
    this.box.hidden = parts.length === 0;
    this.box.replaceChildren(...parts);
  }
}

/** The headline that would be saved: one that was not touched here stays theirs. */
function said(of, fields, theirs) {
  return fields.headline === of.fields.headline ? theirs.headline : (fields.headline ?? "");
}
