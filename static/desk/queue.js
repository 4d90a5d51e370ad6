/** The queue of withheld lines: drafts, holds, lines for a second editor, embargoes. */
import { act, line, Rows, top } from "./rows.js";
import { clock, el, fill, moment } from "./dom.js";

/** The list of withheld lines. */
export class Queue {
  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   * @param {(record: object) => void} options.edit takes a draft to the form.
   */
  constructor({ about, words, api, edit }) {
    Object.assign(this, { about, words, api, edit });
    this.list = document.getElementById("queue");
    this.rows = new Rows(this.list, words.empty_queue);
    this.records = [];
    this.known = new Map();
    this.list.addEventListener("click", ({ target }) => {
      const record = this.records.find(({ flash }) => flash.id === target.closest(".row")?.dataset.id);
      if (record && target.dataset.act) this.#act(record, target.dataset.act);
    });
  }

  /**
   * Upserts what has changed. Nothing is shown of a part, so that rows stand still under the editor's hands.
   * @param {object} message
   * @param {boolean} message.reset these are all there is.
   * @param {object[]} message.queue records, newest version of each, as the log has it.
   * @param {string[]} message.drops ids of lines that wait no more.
   * @param {boolean} message.more the next message goes on with it.
   */
  hear({ reset, queue, drops, more }) {
    if (reset) this.known.clear();
    for (const record of queue) this.known.set(record.flash.id, record);
    for (const id of drops) this.known.delete(id);
    if (!more) this.#show([...this.known.values()].sort(filed));
  }

  #show(records) {
    this.records = records;
    document.getElementById("waiting").textContent = records.length || "";
    const items = records.map(({ flash, ...record }) => ({ ...flash, record }));
    this.rows.show(items, (item) => this.#render(item));
  }

  async #act({ flash }, name) {
    const { id, version } = flash;
    const fault = document.getElementById("fault");
    fault.textContent = "";
    try {
      if (name === "edit") this.edit(this.records.find((record) => record.flash.id === id));
      if (name === "release") await this.api.release(id, 0, { version });
      if (name === "discard") await this.api.kill(id, "discarded", { version });
    } catch (error) {
      fault.textContent = error.message;
    }
  }

  #render(item) {
    const { words, about } = this;
    const { stage, due, by } = item.record;
    const mine = by === about.user;
    const state = stage ? words[stage] : words.withheld;
    const own = about.role !== "reporter" || mine;
    const releasable = own && !(stage === "awaiting" && mine) && !(about.role === "reporter" && item.urgency < 3);
    return [
      top(item, words,
        el("span", { className: "state" }, due ? `${state} · ${stage === "held" ? clock(due) : moment(due, document.documentElement.lang)}` : state),
        el("bdi", {}, fill(words.by, { name: by }))),
      line(item, about),
      el("div", { className: "acts" },
        stage === "draft" && own ? act("edit", words.edit) : "",
        releasable ? act("release", stage === "draft" ? words.publish_draft : stage === "awaiting" ? words.release : words.release_now) : "",
        own ? act("discard", stage === "held" ? words.abort : words.discard) : ""),
    ];
  }
}

/** As they were filed. */
function filed({ flash: one }, { flash: other }) {
  if (one.firstcreated !== other.firstcreated) return one.firstcreated < other.firstcreated ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
