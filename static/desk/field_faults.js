/**
 * Refusals at the fields that they are about (WAI-ARIA `aria-invalid`, `aria-describedby`), each until its field has
 * another value.
 */
import { el } from "./dom.js";

/** Those of one form. */
export class FieldFaults {
  /** Name → {control, note, value}. */
  #shown = new Map();

  /**
   * @param {HTMLFormElement} form
   * @param {string} [prefix] of the notes' ids, where the page has several such forms.
   */
  constructor(form, prefix = "") {
    Object.assign(this, { form, prefix });
    form.addEventListener("input", () => this.look());
    // Of a date that is half typed, or emptied then, no browser tells.
    form.addEventListener("focusout", () => this.look());
  }

  /**
   * Says each at its field, and leads to the first.
   * @param {{field: string, said: string}[]} faults
   * @returns {{field: string, said: string}[]} those whose field is not to be seen.
   */
  show(faults) {
    this.clear();
    const rest = faults.filter(({ field, said }) => !this.#say(field, said));
    const [first] = [...this.#shown.values()].map(({ control }) => control).sort(inOrder);
    if (first) (first.querySelector(":checked") ?? first).focus();
    return rest;
  }

  /** Says one while it is typed, so the focus stays. */
  tell({ field, said }) {
    if (!this.#shown.has(field)) this.#say(field, said);
  }

  /** What has been changed since is as good as new. */
  look() {
    for (const [name, { value }] of this.#shown) if (value !== this.#value(name)) this.end(name);
  }

  clear() {
    for (const name of [...this.#shown.keys()]) this.end(name);
  }

  /** It is said no more. */
  end(name) {
    const { control, note } = this.#shown.get(name) ?? {};
    if (!this.#shown.delete(name)) return;
    note.remove();
    control.removeAttribute("aria-invalid");
    describe(control, described(control).filter((id) => id !== note.id));
  }

  #say(name, said) {
    const input = this.form.elements[name];
    // Buttons of a choice are one field.
    const control = input instanceof RadioNodeList ? input[0].closest("[role=radiogroup]") : input;
    if (!control || control.type === "hidden" || control.disabled || control.closest("[hidden]")) return false;
    for (let box = control.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    const note = this.#shown.get(name)?.note ?? el("p", { id: `fault-${this.prefix}${name}`, className: "fault at-field" });
    note.append(note.firstChild ? " · " : "", said);
    (control.closest("label, .headline-box") ?? control).after(note);
    control.setAttribute("aria-invalid", "true");
    describe(control, [...described(control).filter((id) => id !== note.id), note.id]);
    this.#shown.set(name, { control, note, value: this.#value(name) });
    return true;
  }

  #value(name) {
    const input = this.form.elements[name];
    return input.type === "checkbox" ? input.checked : `${input.value} ${input.validity?.badInput ?? ""}`;
  }
}

function described(control) {
  return (control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
}

function describe(control, ids) {
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

function inOrder(one, other) {
  return one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}
