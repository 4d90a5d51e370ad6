/** State of the connection as the banner tells it: in its label, as a custom state, and as an attribute. */
import { ago, timeOfDay } from "./clock.js";
import { write } from "./line.js";
import { words } from "./words.js";

const OLD_MS = 60_000;

export class State {
  now = "";
  #host;
  #states;

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#host = host;
    this.#states = host.attachInternals?.().states;
  }

  /**
   * Say how it stands; whether that is news.
   * @param {{status?: string, since?: number, brought?: boolean}} view
   * @param {Record<string, HTMLElement>} parts
   * @param {Intl.Locale} lang
   * @param {boolean} late whether the attribute may come: what a framework's server rendered must still be
   *   so when its script looks at it (hydration).
   */
  show({ status = "", since, brought }, parts, lang, late) {
    const { stale, reconnecting, stopped, served } = words(lang);
    const ms = Date.now() - since;
    const old = brought ? served.replace("#", timeOfDay(new Date(since))) : ms > OLD_MS && `${stale} · ${ago(ms, lang)}`;
    write(parts.state, { stale: old || stale, reconnecting: old || reconnecting, stopped }[status] ?? "");
    parts.box.dataset.status = status;
    const host = this.#host;
    if ((late || host.hasAttribute("status")) && host.getAttribute("status") !== status) host.setAttribute("status", status);
    if (this.now === status) return false;
    this.now = status;
    try {
      this.#states.clear();
      this.#states.add(status);
    } catch {
      // A browser of before 2024 has no such states.
    }
    return true;
  }
}
