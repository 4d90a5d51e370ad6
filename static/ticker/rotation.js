/** Scheduling of lines: a priority queue of new ones by urgency, then round robin from the newest on. No DOM. */

/** Lines of this urgency or a higher one don't wait their turn. */
export const URGENT = 2;

/** Lines taking turns. */
export class Rotation {
  #queue = [];
  #last = null;

  /** Whether a line has come that breaks in. */
  rush = false;

  /** Lines have come. @param {object[]} lines */
  add(lines) {
    this.rush ||= lines.some(({ urgency }) => urgency <= URGENT);
    this.#sort([...this.#queue, ...lines]);
  }

  /** Lines were interrupted: they come again. @param {object[]} lines */
  again(lines) {
    this.#sort([...lines, ...this.#queue]);
  }

  /** Whether a new line waits. */
  get waiting() {
    return this.#queue.length > 0;
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
    this.#queue = this.#queue.filter(({ id }) => lines.some((each) => each.id === id));
    return this.#take(turns.find((each) => each && !busy.includes(each.id)));
  }

  /**
   * The line so many places behind another on the board, or before it; it counts as shown.
   * @param {object[]} lines the board now.
   * @param {object|undefined} from
   * @param {number} by
   */
  step(lines, from, by) {
    return this.#take(lines.at((lines.indexOf(from) + by) % lines.length));
  }

  #take(line) {
    this.rush = false;
    this.#queue = this.#queue.filter(({ id }) => id !== line?.id);
    this.#last = line?.id ?? this.#last;
    return line;
  }

  #sort(queue) {
    const rank = ({ urgency }) => Math.min(urgency, URGENT + 1);
    this.#queue = queue.sort((one, other) => rank(one) - rank(other));
  }
}
