/** Draws a line that is longer than its track past the reader, from its start to its end. */

const EDGE_MS = 1500;
const PADDING_PX = 32;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** One line's movement. It begins anew after each lap, for a line may be the only one. */
export class Pan {
  #animation = null;

  /**
   * @param {HTMLElement} line
   * @param {HTMLElement} track
   * @param {{seconds: number, held: boolean}} how seconds for one lap; whether to stand still for now.
   */
  start(line, track, { seconds, held }) {
    this.stop();
    const hidden = line.scrollWidth - (track.clientWidth - PADDING_PX);
    if (hidden <= 0 || still.matches) return;
    const end = `translateX(${getComputedStyle(line).direction === "rtl" ? hidden : -hidden}px)`;
    const edge = Math.min(0.4, EDGE_MS / (seconds * 1000));
    this.#animation = line.animate(
      { transform: ["none", "none", end, end], offset: [0, edge, 1 - edge, 1] },
      { duration: seconds * 1000, iterations: Infinity },
    );
    this.hold(held);
  }

  /** Stand still, or go on from there. */
  hold(held) {
    if (held) this.#animation?.pause();
    else this.#animation?.play();
  }

  /** Back to the start, and no more. */
  stop() {
    this.#animation?.cancel();
    this.#animation = null;
  }
}
