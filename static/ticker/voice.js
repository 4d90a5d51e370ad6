/** What a screen reader hears: new and reworded lines, politely and together. No DOM. */

const EVERY_TICKS = 5;

/** Gathers lines by id, so that what is said is the newest version, and never a line that is gone. */
export class Voice {
  #waiting = new Set();
  #said = new Set();
  #ticks = 0;

  /**
   * The board changed; what was there or was missed is not news to tell.
   * @param {{backfill: boolean, added: object[], reworded: object[], removed: object[]}} change
   * @returns {boolean} whether words just said must be taken back.
   */
  hear(change) {
    const news = change.backfill ? [] : [...change.added, ...change.reworded];
    for (const line of news) this.#waiting.add(line.id);
    const recalled = change.removed.some((line) => this.#said.has(line.id));
    if (recalled) this.#said.clear();
    return recalled;
  }

  /**
   * Time has passed.
   * @param {object[]} lines the board now.
   * @returns {object[]} lines to say now, mostly none.
   */
  tick(lines) {
    this.#ticks += 1;
    if (this.#waiting.size === 0 || this.#ticks % EVERY_TICKS !== 0) return [];
    const due = lines.filter((line) => this.#waiting.has(line.id));
    this.#waiting.clear();
    if (due.length) this.#said = new Set(due.map((line) => line.id));
    return due;
  }
}
