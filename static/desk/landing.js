/** Delivery of the newest line in figures (its landing), and readers now as a sparkline. */
import { el, fill } from "./dom.js";

const POINTS = 300;
const WIDTH = 300;
const HEIGHT = 80;

/** The landing column. */
export class Landing {
  #history = [];
  /** Words by version, and by line those it had last. */
  #said = new Map();

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
   * What is newest, after every kill that has not left all screens; each with the words of its own version.
   * @param {object[]} landings newest first.
   * @param {object[]} lines on the board.
   */
  show(landings, lines) {
    for (const { id, version, headline } of lines) this.#said.set(`${id} ${version}`, headline).set(id, headline);
    const [newest] = landings;
    if (!newest) return;
    const kills = landings.filter((it) => it !== newest && it.killed && left(it) > 0);
    document.getElementById("landed").replaceChildren(...[...kills, newest].map((it) => this.#figures(it)));
  }

  #figures(landing) {
    const { words, number } = this;
    const { id, version, killed, last } = landing;
    const [written, readers, confirmed] = ["written", "readers", "confirmed"].map((name) => number.format(landing[name] ?? 0));
    const told = killed ? fill(words.dropped, { count: confirmed, readers }) : fill(words.landed, { written, readers });
    const times = last === null ? "" : `p50 ${landing.p50} · p99 ${landing.p99} · ${fill(words.last, { ms: number.format(last) })}`;
    const rows = (title, table) => [el("tr", {}, el("th", { colSpan: 2, scope: "col" }, title)), ...Object.entries(table).map(([name, some]) => el("tr", {}, el("td", {}, el("bdi", {}, name)), el("td", {}, `${number.format(some.written)} / ${number.format(some.readers)}`)))];
    const headline = this.#said.get(killed ? id : `${id} ${version}`);
    return el("div", { className: "figures", data: { id, version } },
      el("span", { className: `big${landing.readers > 0 && left(landing) === 0 ? " all" : ""}` }, told),
      el("span", {}, times),
      killed || landing.confirmed === null ? "" : el("span", {}, fill(words.confirmed, { count: confirmed })),
      el("span", { className: "which" }, killed ? words.killed : "", " ", fill(words.version, { version })),
      headline ? el("bdi", { className: "line" }, headline) : "",
      el("table", {}, ...rows(words.transports, landing.transports), ...rows(words.hubs, landing.hubs)));
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

/** Readers who are neither known to have it nor gone. */
function left(landing) {
  return Math.max(0, landing.readers - landing.left - (landing.confirmed ?? landing.written));
}
