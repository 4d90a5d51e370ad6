/** Forms in rows for what cannot be undone: killing a line, discarding one that never went out. */
import { el } from "./dom.js";
import { together } from "./faults.js";
import { FieldFaults } from "./field_faults.js";

/** Opens them. */
export class Withdraw {
  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   */
  constructor({ about, words, api }) {
    Object.assign(this, { about, words, api });
  }

  /**
   * Take a line off every screen.
   * @param {Element} row
   * @param {object} flash
   */
  kill(row, flash) {
    const { words } = this;
    const reason = el("input", { name: "reason", required: true, dir: "auto" });
    const parts = [this.#line(flash), el("label", {}, words.reason, reason)];
    this.#open(row, "kill", parts, [words.confirm_kill, words.cancel], () => this.api.kill(flash.id, reason.value.trim()));
    this.#lead(reason);
  }

  /**
   * End a line that waits.
   * @param {Element} row
   * @param {object} flash
   */
  discard(row, flash) {
    const { words } = this;
    const { id, version } = flash;
    const form = this.#open(row, "discard", [this.#line(flash), el("p", {}, words.sure_discard)], [words.discard, words.keep_it], () => this.api.kill(id, "discarded", { version }));
    this.#lead(form.querySelector(".sure"));
  }

  /** All of the line, with how urgent it is and whose readers have it, so that nobody takes its neighbour. */
  #line({ headline, urgency, source }) {
    const { words, about } = this;
    const { name } = about.editions.find(({ code }) => code === about.edition.replace(/^drill-/, ""));
    const { lang, dir } = about;
    return el("p", { className: "withdrawn", data: { urgency } },
      el("span", { className: "word" }, words[`urgency_${urgency}`] ?? String(urgency)), " · ", el("span", { lang }, name), about.drill ? ` · ${words.drill}` : "",
      el("bdi", { className: "text", lang, dir }, headline),
      source ? el("bdi", { className: "source" }, source) : "");
  }

  #open(row, verb, parts, [yes, no], act) {
    row.querySelector("form")?.remove();
    const cancel = el("button", { type: "button" }, no);
    const form = el("form", { data: { verb } }, ...parts,
      el("div", { className: "buttons" }, el("button", { className: "sure" }, yes), cancel), el("p", { className: "fault", role: "alert" }));
    const faults = new FieldFaults(form, `${verb}-${row.dataset.id}-`);
    const close = () => {
      form.remove();
      row.focus();
    };
    cancel.addEventListener("click", close);
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Escape") close();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(form, faults, act, close);
    });
    row.append(form);
    return form;
  }

  /** The form is seen whole, not its input alone. */
  #lead(control) {
    control.focus();
    control.form.scrollIntoView({ block: "nearest" });
  }

  async #try(form, faults, act, close) {
    const fault = form.querySelector("[role=alert]");
    const focused = document.activeElement;
    fault.textContent = "";
    form.inert = true;
    try {
      await act();
      close();
    } catch (error) {
      form.inert = false;
      focused.focus();
      const rest = faults.show(error.faults ?? []);
      fault.textContent = error.faults?.length ? together(rest, this.words) : error.message;
    }
  }
}
