/**
 * Mode `crawl`, a marquee: lines pass one behind the other, in their language's direction.
 *
 * Each line is a Web Animation of its own that the compositor runs; script acts when a line comes in or
 * goes out. So a new line joins behind the last one, and a killed one leaves a gap, and nothing that
 * is being read moves.
 */
import { render } from "./line.js";
import { Rotation, URGENT } from "./rotation.js";

const GAP_PX = 64;
const SPEED = 60;
/** A flash overtakes a line that would keep it waiting for longer. */
const HASTE_MS = 3000;
/** A line this late is set where it would be by now; a later one comes in at the edge. */
const PUNCTUAL_MS = 500;

/** Lines on their way, first in first out. */
export class Crawl {
  #stage;
  #rotation = new Rotation();
  #moving = [];
  #lines = null;
  #timer = 0;
  #open = true;
  #held = false;

  /** @param {{track: HTMLElement, lang: string, rtl: boolean, speed: number, signal: AbortSignal, show: (lines: HTMLElement[]) => void}} stage */
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
    if (this.#rotation.waiting <= URGENT) this.#makeWay();
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
    this.#go();
  }

  /** The track has another size. */
  fit() {
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
    if (!this.#lines) return;
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
    const { track, lang, rtl } = this.#stage;
    const element = render(line, lang);
    track.querySelector(".empty")?.remove();
    track.insertBefore(element, this.#moving[place]?.element ?? null);
    const [trackWidth, width] = [track.clientWidth, element.offsetWidth];
    const [from, to] = rtl ? [-trackWidth, width] : [trackWidth, -width];
    const animation = element.animate(
      { transform: [`translateX(${from}px)`, `translateX(${to}px)`] },
      { duration: (trackWidth + width) / this.#speed, fill: "both" },
    );
    const item = { line, element, trackWidth, width, animation };
    animation.currentTime = start;
    animation.onfinish = () => {
      this.#drop(item);
      this.#go();
    };
    if (this.#held) animation.pause();
    this.#moving.splice(place, 0, item);
    return item;
  }

  /** A longer version needs more room: what follows too closely comes in again behind it. */
  #reword(item, line) {
    const place = this.#moving.indexOf(item);
    this.#drop(item);
    const { width } = this.#launch(line, item.at, place);
    if (width > item.width + GAP_PX / 2) this.#recall(this.#moving.slice(place + 1));
  }

  /** A flash doesn't wait behind a long line that is only just coming in. */
  #makeWay() {
    const last = this.#moving.at(-1);
    if (!this.#held && this.#late < -HASTE_MS && last.line.urgency > URGENT) this.#recall([last]);
  }

  #recall(items) {
    items.forEach((item) => this.#drop(item));
    this.#rotation.add(items.map(({ line }) => line));
  }

  #drop(item) {
    this.#moving = this.#moving.filter((other) => other !== item);
    item.at = item.animation.currentTime;
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
