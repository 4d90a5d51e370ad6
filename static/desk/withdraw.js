/** Forms in rows for what cannot be undone: killing a line, discarding one that never went out. */
import { el } from "./dom.js";

/** Opens them. */
export class Withdraw {
  /**
   * @param {import("./api.js").Api} api
   * @param {object} words
   */
  constructor(api, words) {
    Object.assign(this, { api, words });
  }

  /**
   * Take a line off every screen.
   * @param {Element} row
   * @param {object} flash
   */
  kill(row, { id }) {
    const { words } = this;
    const reason = el("input", { name: "reason", required: true, dir: "auto" });
    this.#open(row, "kill", [el("label", {}, words.reason, reason)], [words.confirm_kill, words.cancel], () => this.api.kill(id, reason.value.trim()));
    reason.focus();
  }

  /**
   * End a line that waits.
   * @param {Element} row
   * @param {object} flash
   */
  discard(row, { id, version }) {
    const { words } = this;
    const form = this.#open(row, "discard", [el("p", {}, words.sure_discard)], [words.discard, words.keep_it], () => this.api.kill(id, "discarded", { version }));
    form.querySelector(".sure").focus();
  }

  #open(row, verb, parts, [yes, no], act) {
    row.querySelector("form")?.remove();
    const cancel = el("button", { type: "button" }, no);
    const form = el("form", { data: { verb } }, ...parts,
      el("div", { className: "buttons" }, el("button", { className: "sure" }, yes), cancel), el("p", { className: "fault", role: "alert" }));
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
      this.#try(form, act, close);
    });
    row.append(form);
    return form;
  }

  async #try(form, act, close) {
    const fault = form.querySelector(".fault");
    fault.textContent = "";
    form.inert = true;
    try {
      await act();
      close();
    } catch (error) {
      form.inert = false;
      fault.textContent = error.message;
    }
  }
}
