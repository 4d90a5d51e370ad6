/**
 * Reducer: the board as a browser holds it, a pure fold of messages. No DOM, no network, no clock.
 *
 * Applying is an idempotent upsert by id in which the higher version wins, so repeats and late arrivals
 * are harmless and a killed line stays dead (a tombstone).
 */

const BOARD = { lines: 50, hours: 24 };
const HOUR_MS = 3600 * 1000;
const TOMBSTONES = 500;

/** What one edition shows. */
export class Store {
  #flashes = new Map();
  #versions = new Map();
  #changes = [];

  /** How many lines are on show, and for how many hours. */
  board = BOARD;
  /** Position to resume from; empty before the first message. */
  cursor = "";
  /** Server's clock minus ours, in milliseconds. */
  skew = 0;
  /** Titles of running stories, by slug; null where one was taken away. */
  titles = {};
  /** Since when the server's own store is away (RFC 3339), or null. */
  stale = null;
  /** Language of the lines (BCP 47), and its direction; undefined before the first message. */
  lang;
  dir;

  /**
   * Take in one decoded message.
   * @param {object} message
   * @param {number} [now] our clock, milliseconds since 1970.
   * @param {(flash: object) => boolean} [seeded] what `seed` has brought beyond the board.
   * @returns {[object|undefined, object|undefined][]} each line that changed: as it was, as it is.
   */
  apply(message, now = Date.now(), seeded = () => false) {
    this.#changes = [];
    this.cursor = message.cursor;
    Object.assign(this.titles, message.titles);
    if (message.now) this.skew = Date.parse(message.now) - now;
    if (message.type === "hello" || message.type === "beat") this.stale = message.stale ?? null;
    if (message.type === "hello") this.#greet(message, seeded);
    if (message.type === "flash") this.#upsert(message.flash);
    if (message.type === "drop") this.#remove(message.id);
    if (message.type === "beat") this.#forgetPast(now + this.skew);
    return this.#changes;
  }

  /**
   * Take in the board of a part of the edition, as it stood at our cursor; it may reach further back.
   * @param {object[]} flashes newest first.
   * @param {(flash: object) => boolean} matches its filter.
   * @returns {[object|undefined, object|undefined][]}
   */
  seed(flashes, matches) {
    this.#changes = [];
    this.#replace(flashes, (flash, beyond) => matches(flash) && !beyond);
    return this.#changes;
  }

  #greet({ board, lang, dir, reset, flashes, drops = [] }, seeded) {
    Object.assign(this, { lang, dir, board: { ...BOARD, ...board } });
    if (reset) {
      this.#versions.clear();
      for (const id of this.#flashes.keys()) this.#versions.set(id, 0);
      this.#replace(flashes, (flash, beyond) => !beyond || !seeded(flash));
    }
    for (const flash of flashes) this.#upsert(flash);
    for (const id of drops) this.#remove(id);
  }

  /** Beyond the end of a full board there may be more lines, of which it says nothing. */
  #replace(flashes, covers) {
    const kept = new Set(flashes.map((flash) => flash.id));
    const last = flashes[this.board.lines - 1];
    for (const flash of this.#flashes.values()) {
      if (!kept.has(flash.id) && covers(flash, last && order(flash, last) > 0)) this.#remove(flash.id);
    }
    for (const flash of flashes) this.#upsert(flash);
  }

  #upsert(flash) {
    const { id, version } = flash;
    if (version <= (this.#versions.get(id) ?? 0)) return;
    this.#versions.set(id, version);
    if (flash.pubstatus === "canceled") {
      this.#remove(id);
      this.#forgetOldest();
      return;
    }
    const before = this.#flashes.get(id);
    this.#flashes.set(id, flash);
    if (before?.version !== version) this.#changes.push([before, flash]);
  }

  #remove(id) {
    const before = this.#flashes.get(id);
    if (this.#flashes.delete(id)) this.#changes.push([before]);
  }

  /** A page may stay open for months. */
  #forgetPast(moment) {
    for (const flash of this.#flashes.values()) {
      if (flash.pinned || this.#isRecent(flash, moment)) continue;
      this.#flashes.delete(flash.id);
      this.#versions.delete(flash.id);
    }
  }

  /** Tombstones are kept against late arrivals, but not for ever. */
  #forgetOldest() {
    if (this.#versions.size <= this.#flashes.size + TOMBSTONES) return;
    for (const id of this.#versions.keys()) if (!this.#flashes.has(id)) return void this.#versions.delete(id);
  }

  #isRecent(flash, moment) {
    return Date.parse(flash.firstcreated) > moment - this.board.hours * HOUR_MS;
  }

  /**
   * The lines on show: pinned first, then newest first.
   * @param {number} [now] our clock, milliseconds since 1970.
   * @param {(flash: object) => boolean} [matches]
   * @returns {object[]}
   */
  lines(now = Date.now(), matches = () => true) {
    const moment = now + this.skew;
    const isOn = (flash) => (flash.pinned || this.#isRecent(flash, moment)) && !(Date.parse(flash.expires) <= moment);
    return [...this.#flashes.values()]
      .filter((flash) => isOn(flash) && matches(flash))
      .sort(order)
      .slice(0, this.board.lines);
  }
}

function order(one, other) {
  return other.pinned - one.pinned || compare(other.firstcreated, one.firstcreated) || compare(other.id, one.id);
}

function compare(one, other) {
  return (one > other) - (one < other);
}
