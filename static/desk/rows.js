/** Keyed lists that are reconciled in place: under the editor's hands a row stays the same element, focus and forms too. */
import { age, clock, el, fill } from "./dom.js";

/** One list. */
export class Rows {
  #rows = new Map();

  /**
   * @param {Element} list
   * @param {string} empty what to say when there is none.
   */
  constructor(list, empty) {
    this.list = list;
    this.nothing = el("li", { className: "empty" }, empty);
    list.append(this.nothing);
  }

  /**
   * @param {object[]} items with an `id`.
   * @param {(item: object) => Node[]} render what stands in a row above its form.
   */
  show(items, render) {
    const kept = new Set(items.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    items.forEach((item, index) => this.#place(this.#row(item, render), index));
    if (items.length) this.nothing.remove();
    else this.list.replaceChildren(this.nothing);
  }

  #row(item, render) {
    const row = this.#rows.get(item.id) ?? el("li", { className: "row", tabIndex: -1, data: { id: item.id } }, el("div", { className: "what" }));
    this.#rows.set(item.id, row);
    const text = JSON.stringify(item);
    // What is being pressed stays until it is let go, or the press would be lost.
    if (row.dataset.shown !== text && !row.matches(":active")) {
      const focused = row.firstChild.contains(document.activeElement) && document.activeElement.dataset.act;
      row.dataset.shown = text;
      row.dataset.urgency = item.urgency;
      row.firstChild.replaceChildren(...render(item));
      if (focused) row.querySelector(`[data-act="${focused}"]`)?.focus();
    }
    return row;
  }

  /** Rows that stand right are not touched: moving an element takes the focus from it. */
  #place(row, index) {
    const at = [...this.list.children].filter((it) => it !== this.nothing)[index];
    if (at !== row) this.list.insertBefore(row, at ?? null);
  }
}

/** A button of a row. */
export function act(name, word, className = "") {
  return el("button", { type: "button", className, data: { act: name } }, word);
}

/**
 * The columns before a line: when it was filed, how old it is, how urgent.
 * @param {object} item a flash.
 * @param {object} words
 */
export function head(item, words) {
  return [
    el("time", { dateTime: item.firstcreated, title: clock(item.firstcreated) }, clock(item.firstcreated).slice(0, 5)),
    el("span", { className: "age" }, item.age),
    el("span", { className: "word" }, words[`urgency_${item.urgency}`] ?? String(item.urgency)),
  ];
}

/**
 * The line itself, in its own language and direction, after what is to be known of it and before who says so.
 * @param {object} item a flash.
 * @param {object} words
 * @param {object} about of the page.
 * @param {(string|Element)[]} states
 */
export function line(item, words, { lang, dir }, states) {
  return el("div", { className: "line" },
    el("span", { className: "said-of" },
      ...states.map((state) => (typeof state === "string" && state ? el("span", { className: "state" }, state) : state)),
      item.version > 1 ? el("span", { className: "version" }, fill(words.version, { version: item.version })) : "",
      el("bdi", { className: "text", lang, dir, title: item.headline }, item.headline)),
    item.source ? el("bdi", { className: "source" }, item.source) : "");
}

/**
 * The line and, at its end, what can be done to it.
 * @param {Element} line
 * @param {...(Element|string)} acts
 */
export function main(line, ...acts) {
  return el("div", { className: "main" }, line, el("div", { className: "acts" }, ...acts));
}

/** @param {object} flash with its age in words, which changes by the minute. */
export function aged(flash) {
  return { ...flash, age: age(flash.firstcreated, document.documentElement.lang) };
}
