/**
 * Placeholders of templates: places in the headline that are to be filled in, `[source]` as long as they are not.
 * Tab goes through them; what is written as source or place is in the field of that name too.
 */

const PARTS = /(\{\w+\}|\[[^[\]]+\])/;
const TOKENS = /\[[^[\]]+\]/g;
/** The field of a flash that says the same. */
const FIELDS = { source: "source", place: "located" };

/** Those in the box. */
export class Placeholders {
  /** Where they are, in order: {field, start, end}; those that are filled too. */
  #slots = [];
  #text = "";
  #names = new Map();

  /**
   * @param {string[]} templates
   * @param {HTMLFormElement} form
   * @param {object} words
   */
  constructor(templates, form, words) {
    this.fields = form.elements;
    this.box = form.elements.headline;
    this.labels = words.placeholders;
    for (const [name, label] of Object.entries(this.labels)) this.#names.set(`[${label}]`, name);
    for (const token of templates.flatMap((template) => template.match(TOKENS) ?? [])) this.#names.set(token, null);
    // Before the form hears of it, and reads its fields.
    this.box.addEventListener("input", () => this.#follow());
    this.box.addEventListener("keydown", (event) => this.#tab(event));
  }

  /** A template with nothing filled in; on its button there is room for its own words only. */
  label(template, isShort = false) {
    return this.#parts(template, {}).map(({ text, isSlot }) => (isSlot && isShort ? "…" : text)).join("").trim();
  }

  /**
   * Puts a template in front of what is written; the first placeholder that has no value is selected.
   * @param {string} template
   * @param {object} values by placeholder, as far as they are known.
   */
  put(template, values) {
    const slots = [];
    let text = "";
    for (const { name, text: part, isSlot } of this.#parts(template, values)) {
      if (isSlot) slots.push({ field: FIELDS[name], start: text.length, end: text.length + part.length });
      text += part;
    }
    const { box } = this;
    const after = this.#slots.map((slot) => ({ ...slot, start: slot.start + text.length, end: slot.end + text.length }));
    box.setRangeText(text, 0, 0, "end");
    this.#slots = [...slots, ...after];
    this.#text = box.value;
    box.focus();
    if (!this.select()) box.setSelectionRange(box.value.length, box.value.length);
  }

  /** Other words were put into the box. */
  scan() {
    this.#text = this.box.value;
    this.#slots = this.#tokens(this.#text).map(({ 0: token, index }) => ({ field: FIELDS[this.#names.get(token)], start: index, end: index + token.length }));
  }

  /** @param {string} text @returns {string[]} what is still to be filled in. */
  unfilled(text) {
    return this.#tokens(text).map(([token]) => token);
  }

  /** Selects the first that is to be filled in; whether there is one. */
  select() {
    const slot = this.#slots.find((it) => this.#isOpen(it));
    if (slot) this.#go(slot);
    return slot !== undefined;
  }

  #parts(template, values) {
    return template.split(PARTS).map((part) => {
      const name = part.startsWith("{") ? part.slice(1, -1) : undefined;
      const text = name ? values[name] || `[${this.labels[name]}]` : part;
      return { name: name ?? this.#names.get(part), text, isSlot: PARTS.test(part) };
    });
  }

  #tokens(text) {
    return [...text.matchAll(TOKENS)].filter(([token]) => this.#names.has(token));
  }

  #read({ start, end }, text = this.#text) {
    return text.slice(start, end);
  }

  #isOpen(slot) {
    return this.#names.has(this.#read(slot));
  }

  #go({ start, end }) {
    this.box.focus();
    this.box.setSelectionRange(start, end);
  }

  /** What was typed lies within a placeholder, or moves those behind it; one that is cut through is none any more. */
  #follow() {
    const before = this.#text;
    const after = this.box.value;
    this.#text = after;
    let head = 0;
    while (head < before.length && head < after.length && before[head] === after[head]) head++;
    let tail = 0;
    while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
    const end = before.length - tail;
    const moved = after.length - before.length;
    this.#slots = this.#slots.flatMap((slot) => {
      if (slot.start <= head && end <= slot.end) return [this.#fill(slot, { ...slot, end: slot.end + moved }, before)];
      if (end <= slot.start) return [{ ...slot, start: slot.start + moved, end: slot.end + moved }];
      return slot.end <= head ? [slot] : [];
    });
  }

  /** Its field says the same, unless somebody has written something else there. */
  #fill(was, slot, before) {
    const input = this.fields[slot.field];
    const said = this.#read(was, before);
    if (input && (input.value === "" || input.value === said)) input.value = this.#isOpen(slot) ? "" : this.#read(slot);
    return slot;
  }

  #tab(event) {
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const { selectionStart: from, selectionEnd: to } = this.box;
    const slot = event.shiftKey ? this.#before(from, to) : this.#behind(from, to);
    if (!slot) return;
    event.preventDefault();
    this.#go(slot);
  }

  #behind(from, to) {
    const at = this.#at(from, to);
    if (at === -1) return this.#slots.find(({ start }) => start >= to);
    const slot = this.#slots[at];
    const isSelected = slot.start === from && slot.end === to;
    return this.#isOpen(slot) && !isSelected ? slot : this.#slots[at + 1];
  }

  #before(from, to) {
    const at = this.#at(from, to);
    return at === -1 ? this.#slots.findLast(({ end }) => end <= from) : this.#slots[at - 1];
  }

  #at(from, to) {
    return this.#slots.findIndex(({ start, end }) => start <= from && to <= end);
  }
}
