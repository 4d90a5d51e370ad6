/** What a sheet changes of a line that exists, field by field, before it goes out. */
import { diff } from "./diff.js";
import { el } from "./dom.js";
import { label } from "./faults.js";
import { changes } from "./sheets.js";

/** The list under the box. */
export class Difference {
  /**
   * @param {object} words
   * @param {object} about of the page.
   */
  constructor(words, about) {
    Object.assign(this, { words, about });
    this.box = document.getElementById("difference");
  }

  /** @param {import("./sheets.js").Sheet} sheet */
  show({ kind, of, fields }) {
    const names = of ? changes(of.fields, fields) : [];
    this.box.hidden = of === null;
    if (of === null) return this.box.replaceChildren();
    const rows = names.map((name) => el("div", {},
      el("dt", {}, label(name, this.words)),
      el("dd", { className: "diff", lang: this.about.lang, dir: "auto" }, diff(text(of.fields[name]), text(fields[name])))));
    const told = el("p", {}, names.length ? this.words.tells[kind] : this.words.unchanged);
    this.box.replaceChildren(told, ...(rows.length ? [el("dl", {}, ...rows)] : []));
  }
}

function text(value) {
  return Array.isArray(value) ? value.join(", ") : value === true ? "✓" : String(value ?? "");
}
