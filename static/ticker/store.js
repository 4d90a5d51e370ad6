/**
 * The board as a browser holds it: a pure fold of messages. No DOM, no network, no clock.
 *
 * Applying is an upsert, the newer version of an id wins, so repeats and late arrivals are harmless
 * and a killed line stays dead.
 */

const BOARD = { lines: 50, hours: 24 };
const HOUR_MS = 3600 * 1000;
const TOMBSTONES = 500;

/** What one edition, or a filtered part of it, shows. */
export class Store {
  #flashes = new Map();
  #versions = new Map();
  #board = BOARD;

  /** Position to resume from; empty before the first message. */
  cursor = "";
  /** Server's clock minus ours, in milliseconds. */
  skew = 0;
  /** Since when the server's own store is away (RFC 3339), or null. */
  stale = null;

  /**
   * Take in one decoded message.
   * @param {object} message
   * @param {number} [now] our clock, milliseconds since 1970.
   * @returns {{reset: boolean, added: object[], corrected: object[], reworded: object[], removed: object[]}}
   *   `reworded` are those of `corrected` that read otherwise than before.
   */
  apply(message, now = Date.now()) {
    const change = { reset: false, added: [], corrected: [], reworded: [], removed: [] };
    this.cursor = message.cursor;
    if (message.now) {
      this.skew = Date.parse(message.now) - now;
      this.stale = message.stale ?? null;
    }
    if (message.type === "hello") this.#greet(message, change);
    if (message.type === "flash") this.#upsert(message.flash, change);
    if (message.type === "drop") this.#remove(message.id, change);
    if (message.type === "beat") this.#forgetPast(now + this.skew);
    return change;
  }

  #greet(message, change) {
    this.#board = { ...BOARD, ...message.board };
    if (message.reset) {
      change.reset = true;
      const kept = new Set(message.flashes.map((flash) => flash.id));
      for (const id of [...this.#flashes.keys()]) if (!kept.has(id)) this.#remove(id, change);
      this.#versions.clear();
      for (const flash of this.#flashes.values()) this.#versions.set(flash.id, 0);
    }
    for (const flash of message.flashes) this.#upsert(flash, change);
    for (const id of message.drops ?? []) this.#remove(id, change);
  }

  #upsert(flash, change) {
    if (flash.version <= (this.#versions.get(flash.id) ?? 0)) return;
    this.#versions.set(flash.id, flash.version);
    if (flash.pubstatus === "canceled") {
      this.#remove(flash.id, change);
      this.#forgetOldest();
      return;
    }
    const before = this.#flashes.get(flash.id);
    this.#flashes.set(flash.id, flash);
    if (!before) change.added.push(flash);
    else if (before.version !== flash.version) change.corrected.push(flash);
    if (before && readsOtherwise(before, flash)) change.reworded.push(flash);
  }

  #remove(id, change) {
    const flash = this.#flashes.get(id);
    if (flash && this.#flashes.delete(id)) change.removed.push(flash);
  }

  /** A page may stay open for months. */
  #forgetPast(moment) {
    for (const flash of this.#flashes.values()) {
      if (flash.pinned || Date.parse(flash.firstcreated) > moment - this.#age) continue;
      this.#flashes.delete(flash.id);
      this.#versions.delete(flash.id);
    }
  }

  get #age() {
    return this.#board.hours * HOUR_MS;
  }

  /** Tombstones are kept against late arrivals, but not for ever. */
  #forgetOldest() {
    if (this.#versions.size <= this.#flashes.size + TOMBSTONES) return;
    for (const id of this.#versions.keys()) {
      if (!this.#flashes.has(id)) {
        this.#versions.delete(id);
        return;
      }
    }
  }

  /**
   * The lines on show: pinned first, then newest first.
   * @param {number} [now] our clock, milliseconds since 1970.
   * @returns {object[]}
   */
  lines(now = Date.now()) {
    const moment = now + this.skew;
    return [...this.#flashes.values()]
      .filter((flash) => isOn(flash, moment, this.#age))
      .sort(order)
      .slice(0, this.#board.lines);
  }
}

function readsOtherwise(before, after) {
  return before.headline !== after.headline || before.correction !== after.correction;
}

function isOn(flash, moment, age) {
  if (flash.expires && Date.parse(flash.expires) <= moment) return false;
  return flash.pinned || Date.parse(flash.firstcreated) > moment - age;
}

function order(one, other) {
  return (
    Number(other.pinned) - Number(one.pinned) ||
    compare(other.firstcreated, one.firstcreated) ||
    compare(other.id, one.id)
  );
}

function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}
