/** Compose: the box, with one sheet in it; what is written there is kept at once. */
import { Also } from "./also.js";
import { breaks } from "./budget.js";
import { Difference } from "./difference.js";
import { fill, moment, plural } from "./dom.js";
import { together } from "./faults.js";
import { FieldFaults } from "./field_faults.js";
import { Inputs } from "./form.js";
import { length, measure } from "./length.js";
import { Notice } from "./notice.js";
import { Preview } from "./preview.js";
import { changes, isWritten } from "./sheets.js";
import { Templates } from "./templates.js";
import { Times } from "./times.js";
import { Warnings } from "./warnings.js";

/** What a published line keeps: it can't be withheld any more. */
const OUT = ["correct", "refile"];

/** The compose column. */
export class Compose {
  #changed = () => {};

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   * @param {object} options.targets name → characters.
   * @param {string[]} options.templates
   * @param {import("./sheets.js").Shelf} options.shelf
   * @param {import("./budget.js").Budget} options.budget
   * @param {import("./question.js").Question} options.question
   * @param {(sheet: object, query: object) => void} options.send
   * @param {() => boolean} options.stands leads to what is to be decided before anything is sent: whether there is.
   */
  constructor({ about, words, api, targets, templates, shelf, budget, question, send, stands }) {
    Object.assign(this, { about, words, targets, shelf, budget, question, deliver: send, stands });
    for (const id of ["form", "headline", "publish", "save", "fault", "length", "task"]) this[id] = document.getElementById(id);
    this.inputs = new Inputs(this.form, about.fields);
    this.faults = new FieldFaults(this.form);
    this.times = new Times({ form: this.form, faults: this.faults, words, hold: about.hold });
    this.notice = new Notice({ about, words, open: (...what) => this.#open(...what) });
    this.also = new Also({ about, words, api });
    this.live = false;
    this.readers = 0;
    this.preview = new Preview(about);
    this.difference = new Difference(words, about);
    this.warnings = new Warnings(api, words);
    this.templates = new Templates({ about, templates, form: this.form, words, question, written: () => this.#write() });
    this.form.addEventListener("input", () => this.#write());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.publish.addEventListener("click", () => this.send());
    this.save.addEventListener("click", () => this.saveDraft());
    document.getElementById("clear").addEventListener("click", () => this.throwAway());
    this.#begin();
  }

  /** @param {() => void} changed called when there are other sheets, or other words on one. */
  watch(changed) {
    this.#changed = changed;
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

  /**
   * A sheet for a line that exists: the one that was begun, or a new one.
   * @param {object} flash
   * @param {"draft"|"waiting"|"correct"|"refile"} kind
   * @param {?string} stage
   */
  amend(flash, kind, stage = null) {
    const begun = this.shelf.all().find((it) => it.kind === kind && it.of.id === flash.id && it.state === "typing");
    if (begun) return this.put(begun);
    this.#fill(flash, kind);
    const fields = this.inputs.read();
    const { id, version } = flash;
    this.put(this.shelf.blank(fields, kind, { id, version, stage, fields }));
  }

  /** Take another sheet into the box; the one that was there is kept. */
  put(sheet) {
    this.sheet = sheet;
    this.form.dataset.kind = sheet.kind;
    for (const input of this.form.querySelectorAll("[data-for]")) input.hidden = !input.dataset.for.split(" ").includes(sheet.kind);
    this.inputs.write(sheet.fields);
    this.faults.clear();
    this.also.write(sheet.also);
    this.also.look(sheet.fields.story);
    this.templates.placeholders.scan();
    this.task.textContent = sheet.kind === "new" ? "" : this.words.tasks[sheet.kind];
    this.notice.rest();
    this.#show();
    if (!this.templates.placeholders.select()) this.headline.focus();
  }

  /** An empty sheet. */
  fresh() {
    this.put(this.shelf.blank());
  }

  /** To an empty sheet: the one in the box, if it is one. */
  begin() {
    if (isWritten(this.sheet) || this.sheet.of) this.fresh();
    else this.headline.focus();
  }

  /** Another tab has written on this sheet, sent it or thrown it away. */
  hear(sheet, id) {
    if (id !== this.sheet.id) return;
    if (sheet?.state === "typing") return this.put(sheet);
    this.fresh();
    this.notice.say(this.words.elsewhere);
  }

  /** A sheet that did not go out: into the box, unless something else is written there. */
  back(sheet, { said = "", error }) {
    if (isWritten(this.sheet)) return this.notice.say(error?.message ?? said, sheet, { isElsewhere: true, error });
    this.put(sheet);
    this.notice.say(said, sheet);
    if (error) this.#refused(error);
  }

  /** @param {object[]} sheets that lay in no box: the newest comes into this one, if nothing was begun here. */
  offer(sheets) {
    const newest = sheets.findLast(({ state }) => state === "typing");
    if (newest && !this.sheet.of && !isWritten(this.sheet)) this.put(newest);
  }

  /**
   * What was changed on this sheet is to go over what somebody else made of the line meanwhile.
   * @param {object} theirs the record of the line as it is now.
   */
  rebase({ flash: theirs, stage }) {
    const { sheet } = this;
    const { of, fields } = sheet;
    const kind = theirs.pubstatus === "usable" ? (OUT.includes(sheet.kind) ? sheet.kind : "correct") : stage === "draft" ? "draft" : "waiting";
    const same = kind === sheet.kind && stage === of.stage;
    sheet.kind = kind;
    this.#fill(theirs, kind);
    sheet.of = { ...of, version: theirs.version, stage, fields: this.inputs.read() };
    const mine = changes(of.fields, fields);
    sheet.fields = { ...sheet.of.fields, ...Object.fromEntries(mine.map((name) => [name, fields[name]])) };
    this.shelf.keep(sheet);
    this.put(sheet);
    // The line has another place by now, so the button says something else: it is pressed by hand.
    if (same) this.#go({});
  }

  /** What changed a line that is dead by now becomes one of its own. */
  anew() {
    const { sheet } = this;
    const { correction: _, ...fields } = sheet.fields;
    Object.assign(sheet, { kind: "new", of: null, fields });
    this.shelf.keep(sheet);
    this.put(sheet);
  }

  /** @param {number} step to less urgent, or to more if it is negative; as far as there are buttons. */
  urgency(step) {
    const buttons = [...this.form.elements.urgency];
    const at = buttons.findIndex(({ checked }) => checked);
    if (at === -1) return;
    buttons[Math.min(buttons.length - 1, Math.max(0, at + step))].checked = true;
    this.#write();
  }

  /** Throws away what is written; it can be taken back. */
  throwAway() {
    const { sheet } = this;
    const was = isWritten(sheet);
    this.shelf.drop(sheet);
    if (was) this.notice.throw(sheet);
    this.fresh();
  }

  saveDraft() {
    if (!this.save.hidden && !this.stands()) this.#go({ draft: true });
  }

  send() {
    if (!this.stands()) this.#go({});
  }

  #begin() {
    const started = `ticker start ${this.about.edition}`;
    const start = JSON.parse(sessionStorage.getItem(started));
    sessionStorage.removeItem(started);
    const { of, ...fields } = start ?? {};
    const open = start ? null : this.shelf.get(this.shelf.open);
    this.put(open?.state === "typing" ? open : this.shelf.blank(fields));
    if (start) this.#write();
    if (of) this.notice.say(of);
  }

  /** Puts a line that exists into the inputs. */
  #fill(flash, kind) {
    const note = kind === "correct" ? (flash.correction ?? this.words.note_default) : null;
    this.inputs.write({ ...flash, correction: note, ...(OUT.includes(kind) && { embargoed: null }) });
  }

  #write() {
    const { sheet, shelf } = this;
    this.faults.look();
    sheet.fields = this.inputs.read();
    sheet.also = this.also.read();
    this.times.look();
    if (isWritten(sheet)) shelf.keep(sheet);
    else shelf.drop(sheet);
    this.#show();
  }

  #show() {
    const { sheet } = this;
    const { fields } = sheet;
    this.shelf.open = sheet.id;
    this.budget.cancel();
    this.templates.show();
    this.fault.textContent = this.shelf.full ? this.words.not_kept : "";
    measure(this.length, this.headline.value, this.targets, this.words);
    this.preview.show({ ...fields, version: (sheet.of?.version ?? 0) + 1 });
    this.difference.show(sheet);
    this.#label();
    this.#changed();
    const { headline, urgency, source } = fields;
    this.warnings.look(this.live && headline && urgency ? { headline, urgency, source, id: sheet.of?.id } : null);
  }

  #label() {
    const { words, about, publish, save, sheet } = this;
    const { lang } = document.documentElement;
    const fields = this.inputs.read();
    const values = { readers: this.readers.toLocaleString("en"), edition: [about.edition, ...this.also.others].join(" + "), urgency: words[`urgency_${fields.urgency}`] ?? fields.urgency };
    const size = length(this.headline.value);
    const unready = !this.live || size === 0 || size > this.targets.max || (sheet.of !== null && sheet.kind !== "draft" && !isWritten(sheet));
    publish.textContent = fill(plural(this.#verb(fields), this.readers, lang), { ...values, time: fields.embargoed && moment(fields.embargoed, lang) });
    publish.dataset.urgency = fields.urgency;
    publish.disabled = unready;
    save.disabled = unready;
  }

  /** What the button does, in words. */
  #verb({ urgency, embargoed }) {
    const { words, about, sheet } = this;
    if (sheet.kind in words.verbs) return words.verbs[sheet.kind];
    if (about.twoKey && urgency === 1) return words.submit;
    const fault = this.times.embargo;
    if (fault) return fill(words.named, { name: words.embargoed, text: fault });
    return embargoed ? words.embargo : words.publish;
  }

  /** The sheet leaves the box, which is free for the next one. */
  #go(query) {
    const { sheet } = this;
    if (this.publish.disabled || this.times.refuse(query.draft)) return;
    const go = () => {
      this.notice.forget();
      this.fresh();
      this.deliver(sheet, query);
      this.#changed();
    };
    const place = document.getElementById("question");
    const ask = () => this.budget.before({ place, id: sheet.of?.id, breaks: breaks(sheet, query, this.about), others: this.also.others, go });
    if (query.draft) go();
    else this.templates.before(place, ask);
  }

  #refused(error) {
    const { faults = [], message } = error;
    const rest = this.faults.show(faults);
    this.fault.textContent = faults.length ? together(rest, this.words) : message;
    if (rest.length === faults.length) this.headline.focus();
  }

  /** What the notice is about, into the box. */
  #open(sheet, error) {
    if (!this.shelf.get(sheet.id)) this.shelf.keep(sheet);
    this.put(sheet);
    if (error) this.#refused(error);
  }
}
