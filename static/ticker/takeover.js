/** Mode `flash`, an overlay: a line of urgency 1 across the whole width, until the reader dismisses it. */
import { recall, remember } from "./cache.js";
import { render } from "./line.js";

const RECENT_MS = 3600 * 1000;
const MAX_IDS = 50;

/** Shows the newest flash of the last hour that was not dismissed, or nothing. */
export class Takeover {
  #stage;
  #dismissed = [];
  #line;
  #lines = [];

  /** @param {{key: string, show: (lines: HTMLElement[]) => void, now: () => number}} stage */
  constructor(stage) {
    this.#stage = stage;
  }

  /** Ids of the lines in sight. */
  get shown() {
    return this.#line ? [this.#line.id] : [];
  }

  /** The board changed. */
  update(change, lines) {
    const { key, show, now } = this.#stage;
    const seen = [...this.#dismissed, ...(recall(key) ?? "").split(" ")];
    const since = now() - RECENT_MS;
    const line = lines.find((each) => each.urgency === 1 && Date.parse(each.firstcreated) > since && !seen.includes(each.id));
    this.#lines = lines;
    if (line === this.#line) return;
    this.#line = line;
    show(line ? [Object.assign(render(line, this.#stage), { tabIndex: 0 })] : []);
  }

  /** A second has passed; another tab may have dismissed it. */
  tick(lines) {
    this.update({}, lines);
  }

  /** The reader has seen it. Where storage is withheld, this page remembers. */
  dismiss() {
    const { key } = this.#stage;
    this.#dismissed.push(...this.shown);
    remember(key, [...(recall(key) ?? "").split(" "), ...this.shown].slice(-MAX_IDS).join(" "));
    this.tick(this.#lines);
  }

  hold() {}

  fit() {}

  stop() {}
}
