/** The queue of withheld lines: drafts, holds, lines for a second editor, embargoes. */
import { act, aged, head, line, main, Rows } from "./rows.js";
import { clock, el, fill, moment } from "./dom.js";
import { releaseBreaks } from "./budget.js";
import { mayRelease, mayTouch } from "./rights.js";

const GAP = /\[[^[\]]+\]/;

/** The list of withheld lines. */
export class Queue {
  /** Id → record, which may be a part of a change; and the last state that was whole. */
  #known = new Map();
  #whole = new Map();

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./withdraw.js").Withdraw} options.withdraw
   * @param {import("./sending.js").Sending} options.sending
   * @param {import("./api.js").Api} options.api
   * @param {import("./people.js").People} options.people
   * @param {import("./budget.js").Budget} options.budget
   * @param {(flash: object, kind: string, stage: ?string) => void} options.edit takes a line to the box.
   */
  constructor({ about, words, withdraw, sending, api, people, budget, edit }) {
    Object.assign(this, { about, words, withdraw, sending, api, people, budget, edit });
    this.list = document.getElementById("queue");
    this.rows = new Rows(this.list, words.empty_queue);
    this.list.addEventListener("click", ({ target }) => {
      const row = target.closest(".row");
      if (row && target.dataset.act) this.act(row, target.dataset.act);
    });
  }

  /** @returns {object[]} records in the order they were filed. */
  get records() {
    return [...this.#whole.values()].sort(filed);
  }

  /** @param {string} id */
  get(id) {
    return this.#whole.get(id);
  }

  /**
   * Upserts what has changed. Nothing is shown of a part, so that rows stand still under the editor's hands.
   * @param {object} message
   * @param {boolean} message.reset these are all there is.
   * @param {object[]} message.queue records, newest version of each, as the log has it.
   * @param {string[]} message.drops ids of lines that wait no more.
   * @param {boolean} message.more the next message goes on with it.
   * @returns {boolean} whether this was the end.
   */
  hear({ reset, queue, drops, more }) {
    if (reset) this.#known.clear();
    for (const record of queue) this.#known.set(record.flash.id, record);
    for (const id of drops) this.#known.delete(id);
    if (!more) this.#whole = new Map(this.#known);
    return !more;
  }

  /**
   * @param {Set<string>} carded ids of lines that have a card here.
   * @param {object} hands id → whose hands made it.
   */
  show(carded, hands) {
    const records = this.records.filter(({ flash }) => !carded.has(flash.id));
    document.getElementById("waiting").textContent = records.length || "";
    const items = records.map(({ flash, ...record }) => ({ ...aged(flash), record, hands: hands[flash.id], writers: this.people.writers(flash.id) }));
    this.rows.show(items, (item) => this.#render(item));
  }

  /** Do something to the line of a row. */
  act(row, name) {
    const record = this.get(row.dataset.id);
    if (!record || !row.querySelector(`[data-act="${name}"]`)) return;
    const { flash, stage } = record;
    if (name === "edit") this.edit(flash, stage === "draft" ? "draft" : "waiting", stage);
    if (name === "release") this.#release(record, row);
    if (name === "abort") this.#quietly(() => this.api.kill(flash.id, "stopped", { version: flash.version }));
    if (name === "discard") this.withdraw.discard(row, flash);
  }

  #release(record, row) {
    const { flash, stage } = record;
    // The box says what is still to be filled in, and asks before it goes out.
    // The gap may be of another edition's template, whose names are not known here.
    if (stage === "draft" && GAP.test(flash.headline)) return this.edit(flash, "draft", stage);
    const release = (key) => this.api.release(flash.id, 0, { version: flash.version, key });
    const withheld = stage && flash.embargoed && Date.parse(flash.embargoed) > Date.now();
    const submits = stage === "draft" && this.about.twoKey && flash.urgency === 1;
    if (withheld || submits) return this.#quietly(release);
    const { id, headline, urgency } = flash;
    const deed = stage === "draft" ? "publish" : "release";
    const go = () => this.sending.hold({ line: headline, deed, becomes: { id, urgency } }, release);
    this.budget.before({ place: row, id, breaks: releaseBreaks(record, this.about), go });
  }

  async #quietly(ask) {
    const fault = document.getElementById("fault");
    fault.textContent = "";
    await ask().catch((error) => (fault.textContent = error.message));
  }

  #render(item) {
    const { words, about } = this;
    const { stage, due, by } = item.record;
    const state = stage ? words[stage] : words.withheld;
    const when = due && (stage === "held" ? clock(due) : moment(due, document.documentElement.lang));
    const own = mayTouch(about, item.record, item.hands);
    return [
      ...head(item, words),
      main(line(item, words, about, [this.people.note(item.writers, "edit"), when ? `${state} · ${when}` : state]),
        own && stage !== "held" ? act("edit", words.edit) : "",
        stage !== "held" && mayRelease(about, { ...item, stage }, item.hands) ? act("release", stage === "draft" ? words.publish_draft : stage === "awaiting" ? words.release : words.release_now) : "",
        own ? (stage === "held" ? act("abort", words.abort) : act("discard", words.discard)) : ""),
      el("bdi", { className: "by", title: fill(words.by, { name: by }) }, by),
    ];
  }
}

/** As they were filed. */
function filed({ flash: one }, { flash: other }) {
  if (one.firstcreated !== other.firstcreated) return one.firstcreated < other.firstcreated ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
