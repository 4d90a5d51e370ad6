/**
 * Announcements for live regions (ARIA): flashes at once (assertive), other news politely and coalesced, once
 * in ten seconds at most. No DOM.
 */

const EVERY_TICKS = 10;

/** Gathers lines by id, so that what is said is the newest version, and never a line that is gone. */
export class Announcer {
  #waiting = new Set();
  #said = new Set();
  #ticks = EVERY_TICKS;

  /**
   * The board changed; what was there or was missed is not news to tell.
   * @param {{backfill: boolean, added: object[], reworded: object[], removed: object[]}} change
   * @returns {{now: object[], recall: boolean}} flashes to say now; whether words just said must be
   *   taken back.
   */
  update({ backfill, added, reworded, removed }) {
    const recall = [...removed, ...reworded].some(({ id }) => this.#said.has(id));
    if (recall) this.#said.clear();
    const now = [];
    for (const line of backfill ? [] : [...added, ...reworded]) {
      if (line.urgency === 1) now.push(line);
      (line.urgency === 1 ? this.#said : this.#waiting).add(line.id);
    }
    return { now, recall };
  }

  /**
   * A second has passed.
   * @param {object[]} lines the board now.
   * @returns {object[]} lines to say now, mostly none.
   */
  tick(lines) {
    if (++this.#ticks < EVERY_TICKS || this.#waiting.size === 0) return [];
    const due = lines.filter(({ id }) => this.#waiting.has(id));
    this.#ticks = 0;
    this.#waiting.clear();
    for (const { id } of due) this.#said.add(id);
    return due;
  }
}

/** What is said of lines. @param {object[]} lines @param {Record<string, string>} words */
export function sentences(lines, { label, corrected }) {
  const sentence = ({ urgency, correction, headline }) => [urgency === 1 && label, correction && corrected, headline].filter(Boolean);
  return lines.map((line) => sentence(line).join(": ")).join(". ");
}
