/** Scheduling of lines: a priority queue of new ones by urgency, then round robin from the newest on. No DOM. */

/** Lines of this urgency or a higher one don't wait their turn. */
export const URGENT = 2;

/** Lines taking turns. */
export class Rotation {
  #queue = [];
  #last = null;

  /** Lines have come. @param {object[]} lines */
  add(lines) {
    this.#queue.push(...lines.map(({ id, urgency }) => ({ id, rank: Math.min(urgency, URGENT + 1) })));
    this.#queue.sort((one, other) => one.rank - other.rank);
  }

  /** How urgent the first is that waits: 1, 2 or 3; undefined if none does. */
  get waiting() {
    return this.#queue[0]?.rank;
  }

  /**
   * The next to show; it counts as shown.
   * @param {object[]} lines the board now.
   * @param {string[]} [busy] ids of lines not to show now.
   * @returns {object|undefined}
   */
  next(lines, busy = []) {
    const after = lines.findIndex(({ id }) => id === this.#last) + 1;
    const turns = [...this.#queue.map(({ id }) => lines.find((line) => line.id === id)), ...lines.slice(after), ...lines];
    const line = turns.find((each) => each && !busy.includes(each.id));
    this.#queue = this.#queue.filter(({ id }) => id !== line?.id && lines.some((each) => each.id === id));
    this.#last = line?.id ?? this.#last;
    return line;
  }
}
