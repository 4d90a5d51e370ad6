/**
 * Mode `crawl`, a marquee: lines pass one behind the other, in their language's direction.
 *
 * Each line is a Web Animation of its own that the compositor runs; script acts when a line comes in or
 * goes out. So a new line joins behind the last one, and a killed one leaves a gap, and nothing that
 * is being read moves.
 */
import { render } from "./line.js";
import { Rotation } from "./rotation.js";

const GAP_PX = 64;
const SPEED = 60;
/** A line this late is set where it would be by now; a later one comes in at the edge. */
const PUNCTUAL_MS = 500;
const CRAWL_CSS = `
[data-mode="crawl"] .line { position: absolute; inset-inline-start: 0; min-inline-size: 0; will-change: transform; }
`;

/** Lines on their way, first in first out. */
export class Crawl {
  static css = CRAWL_CSS;
  #stage;
  #rotation = new Rotation();
  #moving = [];
  #lines = null;
  #timer = 0;
  #open = true;
  #held = false;

  /** @param {{track: HTMLElement, rtl: boolean, speed: number, signal: AbortSignal, show: (lines: HTMLElement[]) => void}} stage */
  constructor(stage) {
    this.#stage = stage;
    stage.track.addEventListener("focusin", ({ target }) => this.#reveal(target), { signal: stage.signal });
  }

  /** Ids of the lines in sight. */
  get shown() {
    return this.#moving.map(({ line }) => line.id);
  }

  /** The board changed. */
  update({ added, backfill }, lines) {
    this.#lines = lines;
    if (!backfill) this.#rotation.add(added);
    for (const item of this.#moving) {
      const line = lines.find(({ id }) => id === item.line.id);
      if (!line) this.#drop(item);
      else if (line !== item.line) this.#reword(item, line);
    }
    this.#rush();
    if (this.#moving.length === 0) this.#stage.show([]);
    this.#go();
  }

  /** A second has passed; lines go by age too. */
  tick(lines) {
    this.update({ backfill: true }, lines);
  }

  /** Stand still, or go on. */
  hold(held) {
    this.#held = held;
    for (const { animation } of this.#moving) animation[held ? "pause" : "play"]();
    this.#rush();
    this.#go();
  }

  /** The track or the type has another size. */
  fit() {
    if (!this.#stage.track.clientWidth) return;
    this.#settle();
    this.#go();
  }

  /** The next line of the board comes to the front, or the one before; first the one that is half gone. */
  step(by) {
    const [first] = this.#moving;
    if (!first) return;
    const { line, trackWidth, animation } = first;
    const gone = animation.currentTime * this.#speed > trackWidth + GAP_PX;
    this.#restart(this.#rotation.step(this.#lines, line, gone && by < 0 ? 0 : by));
    this.#go();
  }

  /** No more. */
  stop() {
    clearTimeout(this.#timer);
    this.#moving.forEach((item) => this.#drop(item));
  }

  /** Pixels in a millisecond. */
  get #speed() {
    return (this.#stage.speed || SPEED) / 1000;
  }

  /** Milliseconds since the last line, and the gap behind it, have come in; below zero: until then. */
  get #late() {
    const last = this.#moving.at(-1);
    if (!last) return 0;
    return last.animation.currentTime - (last.trackWidth - this.#stage.track.clientWidth + last.width + GAP_PX) / this.#speed;
  }

  /** Let the next line in. The first ones fill the track, later ones come in at its edge. */
  #go() {
    clearTimeout(this.#timer);
    if (!this.#lines || !this.#stage.track.clientWidth) return;
    const late = this.#late;
    if (late < 0) {
      this.#open = false;
      if (!this.#held) this.#timer = setTimeout(() => this.#go(), -late);
    }
    if (late < 0 || (this.#held && !this.#open)) return;
    const line = this.#rotation.next(this.#lines, this.shown);
    const filling = this.#open;
    this.#open &&= Boolean(line);
    if (!line) return;
    const first = filling && this.#moving.length === 0;
    const behind = filling || late < PUNCTUAL_MS ? late : 0;
    this.#launch(line, first ? this.#stage.track.clientWidth / this.#speed : behind);
    this.#go();
  }

  #launch(line, start, place = this.#moving.length) {
    const { track } = this.#stage;
    const element = render(line, this.#stage);
    track.querySelector(".empty")?.remove();
    track.insertBefore(element, this.#moving[place]?.element ?? null);
    const animation = element.animate(null, { duration: 1, fill: "both" });
    const item = { line, element, trackWidth: track.clientWidth, animation };
    this.#measure(item);
    animation.currentTime = start;
    animation.onfinish = () => {
      this.#drop(item);
      this.#go();
    };
    if (this.#held) animation.pause();
    this.#moving.splice(place, 0, item);
  }

  /** How far a line has to go, and how long that takes. */
  #measure(item) {
    const { trackWidth, element, animation } = item;
    const { rtl } = this.#stage;
    const width = element.offsetWidth;
    const [from, to] = rtl ? [-trackWidth, width] : [trackWidth, -width];
    if (!width || width === item.width) return;
    item.width = width;
    animation.effect.setKeyframes({ transform: [`translateX(${from}px)`, `translateX(${to}px)`] });
    animation.effect.updateTiming({ duration: (trackWidth + width) / this.#speed });
  }

  /** A longer version needs more room. */
  #reword(item, line) {
    const element = render(line, this.#stage);
    item.element.replaceWith(element);
    item.line = line;
    item.element = item.animation.effect.target = element;
    this.#settle();
  }

  /** Lines, or their type, may have grown: what would be run into moves on, or comes again if it has no room. */
  #settle() {
    let free = -Infinity;
    const late = [];
    for (const item of this.#moving) {
      this.#measure(item);
      const { line, trackWidth, width, animation } = item;
      const place = trackWidth - animation.currentTime * this.#speed;
      if (free > place + 1) animation.currentTime = (trackWidth - free) / this.#speed;
      free = Math.max(free, place);
      if (free > trackWidth) {
        late.push(line);
        this.#drop(item);
      } else free += width + GAP_PX;
    }
    this.#rotation.again(late);
  }

  /** A flash comes in at the front, and what was on its way passes again behind it. */
  #rush() {
    if (!this.#rotation.rush || this.#held) return;
    const line = this.#rotation.next(this.#lines, this.shown);
    if (!line) return;
    this.#launch(line, this.#stage.track.clientWidth / this.#speed, 0);
    this.#settle();
  }

  /** Begin anew with a line. */
  #restart(line) {
    this.stop();
    this.#open = true;
    this.#launch(line, this.#stage.track.clientWidth / this.#speed);
  }

  #drop(item) {
    this.#moving = this.#moving.filter((other) => other !== item);
    item.animation.onfinish = null;
    item.animation.cancel();
    item.element.remove();
  }

  /** Move all, so that the line with the focus is in sight. */
  #reveal(target) {
    const item = this.#moving.find(({ element }) => element.contains(target));
    if (!item) return;
    const shift = Math.min(item.trackWidth, item.width + GAP_PX) / this.#speed - item.animation.currentTime;
    if (shift > 0) for (const { animation } of this.#moving) animation.currentTime += shift;
  }
}
