/** Unread marks: lines that came since the reader last looked. No DOM. */

/** Seconds in sight after which a line has been seen. */
const SEEN_TICKS = 10;

/** Ids of lines that are new to the reader. */
export class Unread {
  #ticks = new Map();

  /** Lines have come. @param {object[]} lines */
  add(lines) {
    for (const { id } of lines) this.#ticks.set(id, 0);
  }

  has(id) {
    return this.#ticks.has(id);
  }

  /**
   * A second has passed.
   * @param {object[]} lines the board now.
   * @param {string[]} shown ids of those that the reader can see.
   */
  tick(lines, shown) {
    for (const [id, ticks] of this.#ticks) {
      if (ticks >= SEEN_TICKS || !lines.some((line) => line.id === id)) this.#ticks.delete(id);
      else if (shown.includes(id)) this.#ticks.set(id, ticks + 1);
    }
  }
}
