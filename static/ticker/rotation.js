/** Which line is shown, and for how long: one at a time, new ones first, nothing while held. No DOM. */

const LEAST_S = 5;
const PER_GRAPHEME_S = 0.25;
const URGENT = 2;

/** The order of showing. */
export class Rotation {
  #queue = [];
  #unseen = new Set();
  #left = 0;

  /** The line on show, or null. */
  current = null;
  /** Whether the reader wants it to stand still. */
  held = false;

  /** How many lines came while it stood still, are still on the board, and were not seen yet. */
  get fresh() {
    return this.#unseen.size;
  }

  /**
   * The board changed.
   * @param {{backfill: boolean, added: object[]}} change
   * @param {object[]} lines the board now.
   * @returns {boolean} whether another line, or another version, is on show.
   */
  update(change, lines) {
    const ids = new Set(lines.map((line) => line.id));
    const added = change.backfill ? [] : change.added.filter((line) => ids.has(line.id));
    for (const line of added) {
      this.#enqueue(line);
      if (this.held) this.#unseen.add(line.id);
    }
    this.#forget(ids);
    const shown = lines.find((line) => line.id === this.current?.id);
    if (!shown) return this.advance(lines);
    const changed = shown !== this.current;
    this.current = shown;
    return changed;
  }

  /**
   * Time has passed.
   * @param {object[]} lines the board now.
   * @param {number} [seconds]
   * @returns {boolean} whether another line is on show.
   */
  tick(lines, seconds = 1) {
    const ids = new Set(lines.map((line) => line.id));
    this.#forget(ids);
    if (this.current && !ids.has(this.current.id)) return this.advance(lines);
    if (this.held) return false;
    this.#left -= seconds;
    const impatient = this.#queue.length > 0 && this.#left <= dwell(this.current) - LEAST_S;
    return this.#left <= 0 || impatient ? this.advance(lines) : false;
  }

  /** Stand still, or go on. */
  hold(held) {
    this.held = held;
    if (!held) this.#unseen.clear();
  }

  /** Show the next line: one that just came, else the one after this on the board. */
  advance(lines) {
    const before = this.current;
    const queued = this.#queue.shift();
    const index = lines.findIndex((line) => line.id === before?.id);
    this.current = lines.find((line) => line.id === queued?.id) ?? lines[(index + 1) % lines.length] ?? null;
    this.#left = dwell(this.current);
    this.#unseen.delete(this.current?.id);
    return this.current !== before;
  }

  /** Flashes before alerts before the rest; among equals, who came first. */
  #enqueue(line) {
    const rank = Math.min(line.urgency, URGENT + 1);
    const place = this.#queue.findIndex((other) => other.rank > rank);
    this.#queue.splice(place < 0 ? this.#queue.length : place, 0, { id: line.id, rank });
  }

  #forget(ids) {
    this.#queue = this.#queue.filter(({ id }) => ids.has(id));
    for (const id of this.#unseen) if (!ids.has(id)) this.#unseen.delete(id);
  }
}

/** Seconds to read a line without haste. @param {object|null} line */
export function dwell(line) {
  if (!line) return 0;
  return Math.max(LEAST_S, PER_GRAPHEME_S * graphemes(line.headline));
}

function graphemes(text) {
  if (!Intl.Segmenter) return [...text].length;
  let count = 0;
  for (const _ of new Intl.Segmenter().segment(text)) count += 1;
  return count;
}
