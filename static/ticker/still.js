/** A feed that says what it is told: for previews, where there is nothing to connect to. */

/** Looks like the feeds of feed.js to the banner. */
export class Still extends EventTarget {
  #lines;
  ready = true;
  status = "live";
  skew = 0;

  /** @param {object[]} lines as the board has them. */
  constructor(lines) {
    super();
    this.#lines = lines;
  }

  lines() {
    return this.#lines;
  }

  /** Nothing of a preview is said aloud. */
  claim() {
    return false;
  }
}
