/** Countdown of a hold, the seconds in which a line can still be stopped: a ring that shrinks, a big Abort. */
import { fill } from "./dom.js";

const REDRAW_MS = 100;

/** Shows one hold at a time. */
export class Hold {
  #timer = 0;
  #stop = null;

  /** @param {object} words */
  constructor(words) {
    this.words = words;
    this.box = document.getElementById("hold");
    this.ring = document.getElementById("ring");
    document.getElementById("abort").addEventListener("click", () => this.abort());
  }

  get running() {
    return this.#stop !== null;
  }

  /**
   * @param {object} options
   * @param {string} options.line
   * @param {number} options.seconds
   * @param {() => void} options.stop called if the editor stops it.
   */
  start({ line, seconds, stop }) {
    this.#stop = stop;
    const end = performance.now() + seconds * 1000;
    document.getElementById("hold-line").textContent = line;
    this.box.hidden = false;
    document.getElementById("abort").focus();
    const show = () => {
      const left = Math.max(0, end - performance.now());
      document.getElementById("hold-word").textContent = fill(this.words.holding, { seconds: Math.ceil(left / 1000) });
      this.ring.style.strokeDashoffset = 1 - left / (seconds * 1000);
    };
    show();
    this.#timer = setInterval(show, REDRAW_MS);
  }

  abort() {
    const stop = this.#stop;
    this.end();
    stop?.();
  }

  end() {
    clearInterval(this.#timer);
    this.#stop = null;
    this.box.hidden = true;
  }
}
