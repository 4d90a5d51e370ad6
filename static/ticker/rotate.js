/** Mode `rotate`: one line at a time, each for as long as it takes to read. */
import { render } from "./line.js";
import { Rotation, URGENT } from "./rotation.js";

const MIN_S = 5;
const PER_LETTER_S = 0.25;
const EDGE_S = 1.5;

/** Shows lines in turn. All modes have the same shape. */
export class Rotate {
  #stage;
  #rotation = new Rotation();
  #lines = [];
  #current;
  #left = 0;
  #held = false;
  #pan = null;

  /** @param {{track: HTMLElement, rtl: boolean, still: boolean, show: (lines: HTMLElement[]) => void}} stage */
  constructor(stage) {
    this.#stage = stage;
  }

  /** Ids of the lines in sight. */
  get shown() {
    return this.#current ? [this.#current.id] : [];
  }

  /** The board changed. A killed or corrected line changes at once, a flash breaks in, others wait their turn. */
  update({ added, backfill }, lines) {
    this.#lines = lines;
    if (!backfill) this.#rotation.add(added);
    const now = lines.find(({ id }) => id === this.#current?.id);
    if (!now) this.#advance();
    else if (now !== this.#current) this.#show(now);
    this.#rush();
  }

  /** A second has passed. */
  tick(lines) {
    if (!lines.includes(this.#current)) this.update({ backfill: true }, lines);
    this.#lines = lines;
    if (this.#held || !this.#current) return;
    this.#left -= 1;
    const impatient = this.#rotation.waiting && !this.#hasty;
    if (this.#left <= 0 || impatient) this.#advance();
  }

  /** Stand still, or go on. */
  hold(held) {
    this.#held = held;
    this.#pan?.[held ? "pause" : "play"]();
    this.#rush();
  }

  /** The track has another size: a line that is too long for it is drawn past, again and again. */
  fit() {
    this.stop();
    const { track, rtl, still } = this.#stage;
    const line = this.#current && track.querySelector(".line");
    const hidden = line ? line.scrollWidth - track.clientWidth + 2 * parseFloat(getComputedStyle(track).paddingLeft) : 0;
    if (hidden <= 0 || still) return;
    const end = `translateX(${rtl ? hidden : -hidden}px)`;
    const edge = EDGE_S / this.#dwell;
    this.#pan = line.animate(
      { transform: ["none", "none", end, end], offset: [0, edge, 1 - edge, 1] },
      { duration: this.#dwell * 1000, iterations: Infinity },
    );
    this.hold(this.#held);
  }

  /** The next line of the board, or the one before. */
  step(by) {
    if (this.#current) this.#advance(this.#rotation.step(this.#lines, this.#current, by));
  }

  /** No more. */
  stop() {
    this.#pan?.cancel();
    this.#pan = null;
  }

  /** Seconds to read the line without haste. */
  get #dwell() {
    return Math.max(MIN_S, PER_LETTER_S * [...this.#current.headline].length);
  }

  /** Whether the line has hardly been seen. */
  get #hasty() {
    return this.#left > this.#dwell - MIN_S;
  }

  #rush() {
    if (this.#rotation.rush && !this.#held) this.#advance();
  }

  /** A flash that another takes the place of has its time afterwards. */
  #advance(line = this.#rotation.next(this.#lines)) {
    const before = this.#current;
    if (before?.urgency <= URGENT && this.#hasty && this.#lines.includes(before)) this.#rotation.again([before]);
    if (line !== before || !line) this.#show(line);
    this.#left = line ? this.#dwell : 0;
  }

  #show(line) {
    this.#current = line;
    this.#stage.show(line ? [render(line, this.#stage)] : []);
    this.fit();
  }
}
