/** Writing a line and publishing it: once (idempotency key), after a hold in which it can be stopped. */
import { isUnknown, Refused } from "./api.js";
import { el, fill, moment } from "./dom.js";
import { faultOfTimes, Inputs } from "./form.js";
import { Hold } from "./hold.js";
import { length, measure } from "./length.js";
import { Preview } from "./preview.js";
import { Unsent } from "./unsent.js";

const LINT_DEBOUNCE_MS = 300;
const SOURCE = "ticker last source";
const GONE = [404, 409, 412];

/** The compose column. */
export class Compose {
  #lint = 0;
  #asked = 0;
  #busy = false;

  /** @param {object} options about, words, api, targets, templates. */
  constructor({ about, words, api, targets, templates }) {
    Object.assign(this, { about, words, api, targets, templates });
    for (const id of ["form", "headline", "publish", "fault", "said", "warnings", "length"]) this[id] = document.getElementById(id);
    this.inputs = new Inputs(this.form, about.fields);
    this.live = false;
    this.readers = 0;
    this.hold = new Hold(words);
    this.preview = new Preview(about);
    this.unsent = new Unsent(about);
    this.form.addEventListener("input", () => this.#changed());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.publish.addEventListener("click", () => this.send());
    document.getElementById("save").addEventListener("click", () => this.saveDraft());
    document.getElementById("clear").addEventListener("click", () => this.clear());
    this.#offerTemplates();
    this.#begin();
  }

  /** @param {boolean} live whether the service can be reached. */
  connected(live) {
    this.live = live;
    this.#label();
  }

  /** @param {number} readers now. */
  count(readers) {
    this.readers = readers;
    this.#label();
  }

  /** Put a draft into the form. */
  edit({ flash }) {
    this.unsent.renew();
    this.unsent.draft = { id: flash.id, version: flash.version };
    this.#fill(flash);
    this.headline.focus();
  }

  template(index) {
    const template = this.templates[index];
    if (template === undefined) return;
    const source = this.form.elements.source.value || localStorage.getItem(SOURCE) || "";
    const start = fill(template, { source }).replace(/^: /, "");
    if (template.includes("{source}") && source) this.form.elements.source.value = source;
    this.headline.setRangeText(start, 0, 0, "end");
    this.headline.focus();
    this.headline.setSelectionRange(this.headline.value.length, this.headline.value.length);
    this.#changed();
  }

  urgency(step) {
    const { urgency } = this.form.elements;
    urgency.value = String(Math.min(5, Math.max(1, Number(urgency.value) + step)));
    this.#changed();
  }

  clear() {
    this.unsent.renew();
    this.#fill({});
    this.#say("");
    this.headline.focus();
  }

  saveDraft() {
    return this.#go({ draft: true });
  }

  send() {
    return this.#go({ hold: this.about.hold });
  }

  #begin() {
    const started = `ticker start ${this.about.edition}`;
    const start = JSON.parse(sessionStorage.getItem(started));
    sessionStorage.removeItem(started);
    if (start) this.unsent.renew();
    const { of, ...fields } = start ?? this.unsent.fields ?? {};
    this.#fill(fields);
    if (of) this.#say(of);
    if (this.unsent.state === "sending") this.#doubt();
  }

  #fill(fields) {
    this.inputs.write(fields);
    this.#changed();
  }

  #changed() {
    const fields = this.inputs.read();
    measure(this.length, this.headline.value, this.targets, this.words);
    this.preview.show(fields);
    this.#label();
    this.fault.textContent = "";
    // More than the urgency, which is always there.
    if (this.unsent.state === "typing" && Object.keys(fields).length > 1) this.unsent.keep(fields);
    clearTimeout(this.#lint);
    this.#lint = setTimeout(() => this.#check(fields), LINT_DEBOUNCE_MS);
  }

  async #check(fields) {
    const asked = ++this.#asked;
    const { headline, urgency, source } = fields;
    const answer = headline && this.live && !this.hold.running ? await this.api.lint({ headline, urgency, source, id: this.unsent.draft?.id }).catch(() => null) : null;
    if (asked !== this.#asked) return;
    const warnings = (answer?.warnings ?? []).map(({ kind, line }) => el("li", {}, fill(this.words[`lint_${kind}`], { line })));
    this.warnings.replaceChildren(...warnings);
  }

  #label() {
    const { words, about, publish } = this;
    const fields = this.inputs.read();
    const values = { readers: this.readers.toLocaleString("en"), edition: about.edition, urgency: words[`urgency_${fields.urgency}`] };
    const secondKey = about.twoKey && fields.urgency === 1;
    if (fields.embargoed && !secondKey) publish.textContent = fill(words.embargo, { ...values, time: moment(fields.embargoed, document.documentElement.lang) });
    else publish.textContent = fill(secondKey ? words.submit : words.publish, values);
    publish.dataset.urgency = fields.urgency;
    const size = length(this.headline.value);
    publish.disabled = !this.live || this.#busy || size === 0 || size > this.targets.max;
    document.getElementById("save").disabled = !this.live || this.#busy || size === 0;
  }

  /** What may be out already is sent as it was, whatever the form says by now. */
  async #go(query) {
    const { unsent } = this;
    const again = unsent.state === "sending";
    const fields = again ? unsent.fields : this.inputs.read();
    if (!fields.headline || this.#busy || !this.live || this.hold.running) return;
    if (!again && this.#warnOfTimes(query)) return;
    if (!again) unsent.keep(fields, "sending", query);
    this.#lock(true);
    this.#say(this.words.sending);
    try {
      this.#stored(await this.#store(fields, unsent.query, unsent.key));
    } catch (error) {
      if (isUnknown(error)) this.#doubt();
      else this.#refused(error);
    } finally {
      this.#lock(false);
    }
  }

  #warnOfTimes({ hold = 0 }) {
    const fault = faultOfTimes(this.form, hold);
    if (!fault) return false;
    this.fault.textContent = this.words.times[fault.kind];
    document.getElementById("more").open = true;
    fault.input.focus();
    return true;
  }

  /** A new line, or another version of a draft, which is then let go. */
  async #store(fields, query, key) {
    const { draft } = this.unsent;
    if (!draft) return this.api.publish(fields, query, key);
    const { id, version } = draft;
    const saved = await this.api.change(id, this.inputs.whole(), { version, key: `${key}-change`, refile: true });
    if (query.draft) return saved;
    return this.api.release(id, query.hold, { version: saved.version, key: `${key}-release` });
  }

  #stored(flash) {
    const { about, unsent } = this;
    const { fields, query } = unsent;
    if (fields.source) localStorage.setItem(SOURCE, fields.source);
    unsent.renew();
    const waitsElsewhere = query.draft || flash.embargoed || (about.twoKey && flash.urgency === 1);
    if (flash.pubstatus === "withheld" && !waitsElsewhere) this.#held(flash, fields);
    else this.#done();
  }

  /** The line waits at the service, not here: it goes out even if this page is closed. */
  #held(flash, fields) {
    this.#say("");
    this.warnings.replaceChildren();
    const out = setTimeout(() => {
      this.hold.end();
      this.#done();
    }, this.about.hold * 1000);
    const stop = () => {
      clearTimeout(out);
      this.#stop(flash, fields);
    };
    this.hold.start({ line: flash.headline, seconds: this.about.hold, stop });
  }

  async #stop({ id, version }, fields) {
    try {
      await this.api.kill(id, "stopped", { version });
      this.#fill(fields);
      this.#say(this.words.aborted);
    } catch (error) {
      this.#fill({});
      this.#say(error instanceof Refused && GONE.includes(error.status) ? this.words.too_late : error.message);
    }
    this.headline.focus();
  }

  #done() {
    this.#fill({});
    this.#say("");
    this.headline.focus();
  }

  #refused(error) {
    this.unsent.refused();
    this.#say("");
    this.fault.textContent = error.message;
    const field = this.form.elements[error.fields.find((name) => name in this.form.elements)];
    (field?.focus ? field : this.headline).focus();
  }

  /** It may be out: only the same line under the same key may follow. */
  #doubt() {
    const again = el("button", { type: "button" }, this.words.resend);
    again.addEventListener("click", () => this.#go());
    this.#say(this.words.unknown, again);
    this.#lock(false);
  }

  #lock(busy) {
    this.#busy = busy;
    this.headline.readOnly = busy || this.unsent.state === "sending";
    this.#label();
  }

  #say(...parts) {
    this.said.replaceChildren(...parts);
  }

  #offerTemplates() {
    const buttons = this.templates.map((template, index) => {
      const button = el("button", { type: "button", title: `Alt ${index + 1}` }, fill(template, { source: `${this.words.source}` }).trim());
      button.addEventListener("click", () => this.template(index));
      return button;
    });
    document.getElementById("templates").replaceChildren(...buttons);
  }
}
