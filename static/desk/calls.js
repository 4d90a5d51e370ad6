/**
 * Calls: what a desk should be told of at once. A line that needs this editor's key, a colleague's draft or kill, a
 * version of ours that is to be checked, a change to a line for which there is a sheet here. Nothing that was there
 * when the desk was opened, and nothing that this editor did, in whatever tab.
 */
import { mayRelease } from "./rights.js";

// More at once is a board that was away for long, not so many kills.
const KILLS = 10;

/** Finds them in what the desk hears. */
export class Calls {
  #records = [];
  #versions = null;
  #hands = null;
  #keys = null;
  #checks = null;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {import("./api.js").Api} options.api
   * @param {() => object[]} options.sheets unsent texts.
   * @param {(id: string) => ?object} options.find the flash of an id, on the board or in the queue.
   * @param {(call: {kind: string, id: string, line: string, name: string, edition: string}) => void} options.call
   */
  constructor({ about, api, sheets, find, call }) {
    Object.assign(this, { about, api, sheets, find, call });
  }

  /** @param {object[]} records all that waits. */
  queue(records) {
    const before = this.#versions;
    this.#records = records;
    this.#versions = new Map(records.map(({ flash }) => [flash.id, flash.version]));
    if (before) for (const record of records) this.#compare(before.get(record.flash.id), record);
    this.#needKeys();
  }

  /** @param {object} hands id → whose hands made it. */
  hands(hands) {
    this.#hands = hands;
    this.#needKeys();
  }

  /** @param {object} stories key → edition → its version. */
  stories(stories) {
    const before = this.#checks;
    const { edition } = this.about;
    const pairs = Object.values(stories).filter((versions) => versions[edition]).flatMap((versions) => versions[edition].check.map((other) => ({ id: versions[edition].id, other, sibling: versions[other].id })));
    this.#checks = new Set(pairs.map(({ id, other }) => `${id} ${other}`));
    if (before) for (const pair of pairs) if (!before.has(`${pair.id} ${pair.other}`)) this.#stale(pair);
  }

  /** @param {[?object, ?object][]} changes of the board: each line as it was, as it is. */
  lines(changes) {
    const gone = changes.filter(([before, after]) => before && !after);
    if (gone.length <= KILLS) for (const [line] of gone) this.#changed(line, "kill", ({ flash }) => flash.pubstatus === "canceled");
    for (const [before, after] of changes) if (before && after && this.#isBegun(after)) this.#changed(after, "correction", () => true);
  }

  #compare(version, { flash, stage, by }) {
    if (by === this.about.user) return;
    if (version === undefined && stage === "draft") this.#call("draft", flash, by);
    if (version < flash.version && this.#isBegun(flash)) this.#call("correction", flash, by);
  }

  #needKeys() {
    if (this.#versions === null || this.#hands === null) return;
    const before = this.#keys;
    const needing = this.#records.filter(({ flash, stage, by }) => stage === "awaiting" && by !== this.about.user && mayRelease(this.about, { ...flash, stage }, this.#hands[flash.id]));
    this.#keys = new Set(needing.map(({ flash }) => flash.id));
    if (before) for (const { flash, by } of needing) if (!before.has(flash.id)) this.#call("key", flash, by);
  }

  async #changed(line, kind, matters) {
    const newest = await this.#newest(line.id);
    if (newest && newest.by !== this.about.user && matters(newest)) this.#call(kind, line, newest.by);
  }

  /** In an edition that is not theirs it was somebody else. */
  async #stale({ id, other, sibling }) {
    const line = this.find(id);
    const by = (await this.#newest(sibling, other))?.by ?? "";
    if (line && by !== this.about.user) this.#call("check", line, by, other);
  }

  #newest(id, edition) {
    return this.api.versions(id, edition).then(({ versions }) => versions.at(-1), () => null);
  }

  #isBegun({ id, version }) {
    return this.sheets().some(({ of, state }) => of?.id === id && of.version < version && state === "typing");
  }

  #call(kind, { id, headline }, name, edition = "") {
    this.call({ kind, id, line: headline, name, edition });
  }
}
