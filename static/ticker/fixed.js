/** Fixed lines in place of a live edition: for previews, where there is nothing to connect to. */

/** To the banner it is a view like any other. */
export class FixedLines extends EventTarget {
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
