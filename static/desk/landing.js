/** Delivery of the newest line in figures (its landing), and readers now as a sparkline. */
import { el, fill } from "./dom.js";

const POINTS = 300;
const WIDTH = 300;
const HEIGHT = 80;

/** The landing column. */
export class Landing {
  #history = [];

  /**
   * @param {object} words
   * @param {string} lang
   */
  constructor(words, lang) {
    this.words = words;
    this.number = new Intl.NumberFormat(lang, { numberingSystem: "latn" });
  }

  /**
   * Figures for one row.
   * @param {object} [landing]
   */
  short(landing) {
    return landing ? `${this.number.format(landing.confirmed ?? landing.written)}/${this.number.format(landing.readers)}` : "";
  }

  /**
   * @param {object} [landing] of the newest version.
   * @param {object} [line] its flash, if it is on the board.
   */
  show(landing, line) {
    if (!landing) return;
    const { words, number } = this;
    const [written, readers, confirmed] = ["written", "readers", "confirmed"].map((name) => number.format(landing[name] ?? 0));
    const told = landing.killed ? fill(words.dropped, { count: confirmed, readers }) : fill(words.landed, { written, readers });
    const all = (landing.confirmed ?? landing.written) + landing.left >= landing.readers;
    const times = landing.last === null ? "" : `p50 ${landing.p50} · p99 ${landing.p99} · ${fill(words.last, { ms: number.format(landing.last) })}`;
    const rows = (title, table) => [el("tr", {}, el("th", { colSpan: 2, scope: "col" }, title)), ...Object.entries(table).map(([name, some]) => el("tr", {}, el("td", {}, el("bdi", {}, name)), el("td", {}, `${number.format(some.written)} / ${number.format(some.readers)}`)))];
    document.getElementById("landed").replaceChildren(
      el("div", { className: "figures" },
        el("span", { className: `big${all ? " all" : ""}` }, told),
        el("span", {}, times),
        landing.killed || landing.confirmed === null ? "" : el("span", {}, fill(words.confirmed, { count: confirmed })),
        line ? el("bdi", { className: "line" }, line.headline) : "",
        el("table", {}, ...rows(words.transports, landing.transports), ...rows(words.hubs, landing.hubs))),
    );
  }

  /** @param {{readers: number, origins: Record<string, number>}} presence */
  count({ readers, origins }) {
    const { words, number } = this;
    document.getElementById("readers").textContent = number.format(readers);
    this.#history.push(readers);
    this.#history = this.#history.slice(-POINTS);
    this.#draw();
    const sites = Object.entries(origins).sort(([, one], [, other]) => other - one);
    const name = (origin) => ({ direct: words.direct, self: words.self, other: words.other })[origin] ?? origin;
    document.getElementById("sites").replaceChildren(
      el("table", { ariaLabel: words.sites }, ...sites.map(([origin, count]) => el("tr", {}, el("td", {}, el("bdi", {}, name(origin))), el("td", {}, number.format(count))))),
    );
  }

  #draw() {
    const top = Math.max(1, ...this.#history) * 1.15;
    const step = WIDTH / Math.max(1, this.#history.length - 1);
    const points = this.#history.map((count, index) => `${(index * step).toFixed(1)},${(HEIGHT - (count / top) * HEIGHT).toFixed(1)}`);
    const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    line.setAttribute("points", (points.length === 1 ? [points[0], `${WIDTH},${points[0].split(",")[1]}`] : points).join(" "));
    document.getElementById("chart").replaceChildren(line);
  }
}
