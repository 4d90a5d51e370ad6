/**
 * Announcements for live regions (ARIA): flashes at once (assertive), other news politely and coalesced, once
 * in ten seconds at most.
 */

const EVERY_TICKS = 10;

/** Gathers lines by id, so that what is said is the newest version, and never a line that is gone. */
export class Announcer {
  #regions;
  #claim;
  #waiting = new Set();
  #said = new Set();
  #ticks = EVERY_TICKS;

  /**
   * @param {{said: HTMLElement, alert: HTMLElement}} regions
   * @param {(line: object) => boolean} claim whether it is ours to say.
   */
  constructor(regions, claim) {
    this.#regions = regions;
    this.#claim = claim;
    this.#recall();
  }

  /**
   * The board changed; what was there or was missed is not news to tell. Flashes are said now, and words
   * just said are taken back where they are not so any more.
   * @param {{backfill: boolean, added: object[], reworded: object[], removed: object[]}} change
   * @param {Record<string, string>} words
   */
  update({ backfill, added, reworded, removed }, words) {
    if ([...removed, ...reworded].some(({ id }) => this.#said.has(id))) this.#recall();
    const now = [];
    for (const line of backfill ? [] : [...added, ...reworded]) {
      if (line.urgency === 1) now.push(line);
      (line.urgency === 1 ? this.#said : this.#waiting).add(line.id);
    }
    this.#say(this.#regions.alert, now, words);
  }

  /** A second has passed. @param {object[]} lines the board now. @param {Record<string, string>} words */
  tick(lines, words) {
    if (++this.#ticks < EVERY_TICKS || this.#waiting.size === 0) return;
    const due = lines.filter(({ id }) => this.#waiting.has(id));
    this.#ticks = 0;
    this.#waiting.clear();
    for (const { id } of due) this.#said.add(id);
    this.#say(this.#regions.said, due, words);
  }

  #say(region, lines, words) {
    const ours = lines.filter(this.#claim);
    if (ours.length) region.textContent = sentences(ours, words);
  }

  #recall() {
    const { said, alert } = this.#regions;
    said.textContent = alert.textContent = "";
    this.#said.clear();
  }
}

/** What is said of lines. @param {object[]} lines @param {Record<string, string>} words */
function sentences(lines, { label, corrected }) {
  const sentence = ({ urgency, correction, headline }) => [urgency === 1 && label, correction && corrected, headline].filter(Boolean);
  return lines.map((line) => sentence(line).join(": ")).join(". ");
}
