/**
 * Text that is pasted: what is certainly an artefact is cleaned at once, said and can be undone; what may be
 * meant is marked under its field, with one key that mends it. Every text field of the page, whoever made it.
 */
import { applied, Cleaning } from "./cleaning.js";
import { el, fill } from "./dom.js";

const FIELDS = ":is(textarea, input[type=text], input[type=url], input:not([type])):read-write";
const PASTED = new Set(["insertFromPaste", "insertFromDrop", "insertFromYank"]);
// Fields are filled by scripts too, without an event: a draft is opened, a line has gone out.
const LOOK_MS = 500;

/** Watches the fields of a page. */
export class Pasting {
  #cleaning;
  #words;
  #states = new WeakMap();
  #list = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" });

  /** @param {object} options artefacts, words: those of the desk. */
  constructor({ artefacts, words }) {
    this.#cleaning = new Cleaning(artefacts);
    this.#words = words.pasting;
    document.addEventListener("beforeinput", (event) => this.#before(event));
    document.addEventListener("input", (event) => this.#after(event));
    // Before forms in rows, which keep their keys to themselves.
    document.addEventListener("keydown", (event) => this.#key(event), true);
    setInterval(() => this.#look(), LOOK_MS);
  }

  #before({ target, inputType }) {
    if (!target.matches(FIELDS) || !PASTED.has(inputType)) return;
    const { selectionStart: start, selectionEnd: end, value } = target;
    this.#state(target).before = { start, rest: value.length - end };
  }

  #after({ target, inputType }) {
    if (!target.matches(FIELDS)) return;
    if (PASTED.has(inputType)) this.#clean(target, inputType);
    this.#show(target);
  }

  /** Alt F: in the field with the focus, or else in the first that has a mark. */
  #key(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyF" || event.isComposing) return;
    const marked = [document.activeElement, ...document.querySelectorAll(FIELDS)].find((it) => this.#states.get(it)?.groups.length);
    if (!marked) return;
    event.preventDefault();
    this.#fix(marked, this.#state(marked).groups[0].rule);
  }

  #look() {
    for (const field of document.querySelectorAll(FIELDS)) {
      if (field.value !== (this.#states.get(field)?.value ?? "")) this.#show(field);
    }
  }

  /** The browser has put in what was pasted; what is cleaned of it is a step of its own to be undone. */
  #clean(field, inputType) {
    const state = this.#state(field);
    const { value } = field;
    let [start, end] = [field.selectionStart, field.selectionEnd];
    if (inputType === "insertFromDrop") {
      // What was dropped is selected.
      if (start === end) [start, end] = [0, value.length];
    } else if (state.before) [start, end] = [state.before.start, value.length - state.before.rest];
    const raw = value.slice(start, end);
    const { text, done } = this.#cleaning.clean(raw, { before: value.slice(0, start), after: value.slice(end), joint: joint(field) });
    if (text === raw) return;
    replace(field, start, end, text);
    state.pasted = { raw, text, start, done, whole: field.value };
  }

  #show(field) {
    const state = this.#state(field);
    const { value } = field;
    state.value = value;
    if (state.pasted && !stands(value, state.pasted)) state.pasted = null;
    state.groups = [...Map.groupBy(this.#cleaning.find(value, joint(field)), ({ rule }) => rule)].map(([rule, edits]) => ({ rule, edits }));
    if (!state.place && !state.pasted && !state.groups.length) return;
    if (!state.place?.isConnected) {
      state.place = el("div", { className: "pasting", role: "status" });
      (field.closest("label, .headline-box") ?? field).after(state.place);
    }
    const parts = [...this.#said(field, state), ...state.groups.map((group, n) => this.#mark(field, group, n === 0))];
    // What is said already is not said again at every key.
    const said = (nodes) => [...nodes].map((node) => node.outerHTML).join("");
    if (said(parts) !== said(state.place.children)) state.place.replaceChildren(...parts);
  }

  #said(field, { pasted }) {
    if (!pasted) return [];
    const counts = Map.groupBy(pasted.done, (rule) => rule);
    const what = this.#list.format([...counts].map(([rule, all]) => named(this.#words.rules[rule], all.length)));
    const undo = el("button", { type: "button", className: "quiet", title: "Ctrl Z" }, this.#words.undo);
    undo.addEventListener("click", () => this.#undo(field));
    return [el("p", {}, fill(this.#words.cleaned, { what }), undo)];
  }

  #mark(field, { rule, edits }, isFirst) {
    const isLost = edits[0].becomes === null;
    const button = el("button", { type: "button" }, isLost ? this.#words.show : this.#words.fix, isFirst ? el("kbd", { ariaHidden: "true" }, "Alt F") : "");
    if (isFirst) button.setAttribute("aria-keyshortcuts", "Alt+F");
    button.addEventListener("click", () => this.#fix(field, rule));
    return el("p", { className: "slip", data: { rule } }, named(this.#words.rules[rule], edits.length), example(field.value, edits[0]), button);
  }

  /** All of one kind at once; for a letter that is lost, the place where somebody must type it. */
  #fix(field, rule) {
    this.#show(field);
    const { edits } = this.#state(field).groups.find((group) => group.rule === rule) ?? {};
    if (!edits || !field.matches(FIELDS)) return;
    const [first] = edits;
    field.focus();
    if (first.becomes === null) {
      field.setSelectionRange(first.start, first.end);
      return;
    }
    const { value, selectionEnd } = field;
    const caret = applied(value.slice(0, selectionEnd), edits.filter(({ end }) => end <= selectionEnd)).length;
    const [from, to] = [Math.min(...edits.map(({ start }) => start)), Math.max(...edits.map(({ end }) => end))];
    const moved = edits.map((edit) => ({ ...edit, start: edit.start - from, end: edit.end - from }));
    replace(field, from, to, applied(value.slice(from, to), moved));
    field.setSelectionRange(caret, caret);
  }

  #undo(field) {
    const state = this.#state(field);
    this.#show(field);
    if (!state.pasted || !field.matches(FIELDS)) return;
    const { raw, text } = state.pasted;
    const { start } = stands(field.value, state.pasted);
    state.pasted = null;
    replace(field, start, start + text.length, raw);
  }

  #state(field) {
    if (!this.#states.has(field)) this.#states.set(field, { value: "", groups: [] });
    return this.#states.get(field);
  }
}

/** A link that was broken over lines is one. */
function joint(field) {
  return field.type === "url" ? "" : " ";
}

/** Put a text in as if it had been typed, so that Ctrl Z takes it back. */
function replace(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
}

/** Where what was cleaned stands now; null: nowhere any more. */
function stands(value, { start, text, whole }) {
  if (text ? value.startsWith(text, start) : value === whole) return { start };
  const at = text ? value.indexOf(text) : -1;
  return at < 0 ? null : { start: at };
}

function named(word, count) {
  return count > 1 ? `${word} (${count})` : word;
}

/** What stands there and what is meant, where both can be seen. */
function example(value, { start, end, becomes }) {
  const found = value.slice(start, end);
  if (!becomes?.trim() || !/^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(found)) return "";
  return el("bdi", { className: "diff", dir: "ltr" }, el("del", {}, found), " ", el("ins", {}, becomes));
}
