/**
 * Changing a line in its row: correct, refile, kill. Optimistic locking (If-Match, 412): what somebody else
 * changed is never overwritten.
 */
import { Refused } from "./api.js";
import { diff } from "./diff.js";
import { el, fill } from "./dom.js";

const CONFLICT = 412;

/** Opens forms in rows. */
export class Amend {
  /**
   * @param {import("./api.js").Api} api
   * @param {object} words
   * @param {{lang: string, dir: string}} about
   */
  constructor(api, words, about) {
    Object.assign(this, { api, words, about });
  }

  /**
   * @param {Element} row
   * @param {object} flash as the editor sees it.
   * @param {"correct"|"refile"|"kill"} verb
   */
  open(row, flash, verb) {
    row.querySelector("form")?.remove();
    const form = verb === "kill" ? this.#killing(flash) : this.#wording(flash, verb);
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.#close(form);
      }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        event.stopPropagation();
        form.requestSubmit();
      }
    });
    form.append(el("p", { className: "fault", role: "alert" }));
    row.append(form);
    form.querySelector("textarea, input").focus();
  }

  #close(form) {
    const row = form.closest(".row");
    form.remove();
    row?.focus();
  }

  #buttons(name, className) {
    const cancel = el("button", { type: "button" }, this.words.cancel);
    cancel.addEventListener("click", () => this.#close(cancel.form));
    return el("div", { className: "acts" }, el("button", { className }, name), cancel);
  }

  #killing(flash) {
    const { words } = this;
    const form = el("form", { data: { verb: "kill" } },
      el("label", {}, words.reason, el("input", { name: "reason", required: true, dir: "auto" })),
      this.#buttons(words.confirm_kill, "sure"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = form.elements.reason.value.trim();
      if (reason) this.#try(form, () => this.api.kill(flash.id, reason));
    });
    return form;
  }

  #wording(flash, verb) {
    const { words, about } = this;
    const text = el("textarea", { name: "headline", value: flash.headline, rows: 2, lang: about.lang, dir: about.dir, ariaLabel: words.line });
    const note = verb === "correct" && el("label", {}, words.note, el("input", { name: "correction", value: flash.correction ?? words.note_default, lang: about.lang, dir: about.dir }));
    const form = el("form", { data: { verb } }, text, note || "", this.#buttons(words.save, "primary"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(form, flash, verb, flash.version);
    });
    return form;
  }

  #save(form, flash, verb, version) {
    const { headline, correction } = form.elements;
    const fields = { headline: headline.value };
    if (correction) fields.correction = correction.value.trim() || this.words.note_default;
    const change = () => this.api.change(flash.id, fields, { version, refile: verb === "refile" });
    return this.#try(form, change, () => this.#conflict(form, flash, verb));
  }

  async #try(form, act, onConflict) {
    const fault = form.querySelector(".fault");
    fault.textContent = "";
    form.inert = true;
    try {
      await act();
      this.#close(form);
    } catch (error) {
      form.inert = false;
      if (error instanceof Refused && error.status === CONFLICT && onConflict) await onConflict();
      else fault.textContent = error instanceof Refused ? error.message : this.words.offline;
    }
  }

  /** Somebody was faster: both texts stand side by side, and the editor says which one it is to be. */
  async #conflict(form, flash, verb) {
    const { words, about } = this;
    const { versions } = await this.api.versions(flash.id);
    const { flash: theirs, by } = versions.at(-1);
    const mine = form.elements.headline.value;
    const text = (content) => el("bdi", { className: "diff", lang: about.lang, dir: about.dir }, content);
    const keep = el("button", { type: "button" }, words.take_theirs);
    const over = el("button", { type: "button", className: "primary" }, words.take_yours);
    keep.addEventListener("click", () => this.#close(form));
    over.addEventListener("click", () => this.#save(form, flash, verb, theirs.version));
    form.querySelector(".conflict")?.remove();
    form.prepend(el("div", { className: "conflict", role: "alert" },
      el("p", {}, fill(words.conflict, { name: by })),
      el("p", {}, `${words.theirs}: `, text(theirs.headline)),
      el("p", {}, `${words.yours}: `, text(diff(theirs.headline, mine))),
      el("div", { className: "acts" }, theirs.pubstatus === "canceled" ? "" : over, keep)));
  }
}
