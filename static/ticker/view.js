/** A view of an edition for one place on a page: the lines that pass its filters. */
import { matcher } from "./filters.js";

const RETRY_MS = 1500;
const RETRY_MAX_MS = 60_000;
const SAID_MAX = 500;

/** The lines of a live edition that pass some filters. Fires `change` ({detail: see `take`}) and `status`. */
export class View extends EventTarget {
  #edition;
  #filters;
  #timer = 0;
  #wait = RETRY_MS;
  #seeded = false;
  #closed = false;

  /** Where its lines are shown. */
  track = document;

  constructor(edition, filters) {
    super();
    this.#edition = edition;
    this.#filters = [...filters];
    this.matches = matcher(filters);
    this.filtered = this.#filters.length > 0;
    if (edition.ready) this.#seed();
  }

  /** Whether there are lines, or none for certain. */
  get ready() {
    return this.#edition.ready && (this.#seeded || !this.filtered || this.status !== "live");
  }

  /** connecting, live, stale, reconnecting or stopped. */
  get status() {
    return this.#edition.status;
  }

  /** Whether the page was served with lines, which stand until there are ours. */
  get brought() {
    return this.#edition.brought && !this.ready;
  }

  /** Since when lines may be missing, our clock, milliseconds since 1970. */
  get since() {
    return this.#edition.since;
  }

  /** Server's clock minus ours, in milliseconds. */
  get skew() {
    return this.#edition.store.skew;
  }

  /** Language of the lines and its direction, as far as they are known. */
  get language() {
    return this.#edition.store;
  }

  /** Titles of running stories, by slug. */
  get titles() {
    return this.#edition.store.titles;
  }

  /** The lines on show, newest first. */
  lines() {
    return this.#edition.store.lines(Date.now(), this.matches);
  }

  /** Deduplicates announcements: whether nobody on this page has said this version; from now on somebody has. */
  claim({ id, version }) {
    const { said } = this.#edition;
    const name = `${id} ${version}`;
    if (said.has(name)) return false;
    if (said.size > SAID_MAX) said.clear();
    return said.add(name);
  }

  /** A listener of ours that fails is noticed (`attempt`). */
  addEventListener(type, listener, options) {
    super.addEventListener(type, (event) => this.attempt(() => listener(event)), options);
  }

  /** Do what shows the lines; where it fails, they are said to be stale. */
  attempt(work) {
    this.#edition.attempt(work);
  }

  /** Fire an event. */
  tell(type, detail) {
    if (!this.#closed) this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** What changed for this part of the edition; `reworded` are those of `corrected` that read otherwise. */
  take({ changes, reset, ...about }) {
    const detail = { added: [], corrected: [], reworded: [], removed: [], ...about };
    for (const [before, after] of changes) {
      const was = before && this.matches(before);
      const is = after && this.matches(after);
      if (is) detail[was ? "corrected" : "added"].push(after);
      else if (was) detail.removed.push(before);
      if (is && was && readsOtherwise(before, after)) detail.reworded.push(after);
    }
    this.tell("change", detail);
    if (reset) this.#seed();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** The board of all holds the newest of all: of our part there may be older ones. */
  async #seed() {
    clearTimeout(this.#timer);
    if (!this.filtered || this.#closed) return;
    const { cursor } = this.#edition.store;
    const url = this.#edition.url("flashes", [...this.#filters, ["cursor", cursor]]);
    let [flashes, matches] = [[], () => false];
    try {
      const answer = await fetch(url);
      const body = await answer.json();
      if (answer.status === 422) console.error(body.detail);
      else if (body.cursor !== this.#edition.store.cursor) throw cursor;
      else [flashes, matches] = [body.flashes, this.matches];
      this.#wait = RETRY_MS;
    } catch {
      // What is there is better than nothing.
      this.#timer = setTimeout(() => this.#seed(), this.#wait);
      this.#wait = Math.min(RETRY_MAX_MS, 2 * this.#wait);
    }
    this.#seeded = true;
    this.#edition.seed(flashes, matches);
  }
}

function readsOtherwise(before, after) {
  return before.headline !== after.headline || before.correction !== after.correction;
}
