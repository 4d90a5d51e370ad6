/** Delivery of the newest line in an editor's words (its landing), and readers now as a sparkline. */
import { el, fill, plural } from "./dom.js";

const POINTS = 300;
const WIDTH = 300;
const HEIGHT = 80;

/** The landing column. */
export class Landing {
  #history = [];
  /** Words by version, and by line those it had last. */
  #said = new Map();
  #shown = "";

  /**
   * @param {object} words
   * @param {string} lang of the words.
   */
  constructor(words, lang) {
    this.words = words;
    this.lang = lang;
    this.number = new Intl.NumberFormat(lang, { numberingSystem: "latn" });
  }

  /**
   * Figures for one row.
   * @param {object} [landing]
   */
  short(landing) {
    return landing ? `${this.number.format(there(landing))}/${this.number.format(landing.readers)}` : "";
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
    const all = [...kills, newest].map((it) => ({ ...it, headline: this.#said.get(it.killed ? it.id : `${it.id} ${it.version}`) }));
    const text = JSON.stringify(all);
    if (text === this.#shown) return;
    this.#shown = text;
    const open = Boolean(document.querySelector("#landed details[open]"));
    document.getElementById("landed").replaceChildren(...all.map((it) => this.#figures(it, open)));
  }

  #figures(landing, open) {
    const { words, number } = this;
    const { id, version, killed, last, readers, headline } = landing;
    const missing = left(landing);
    const values = { count: number.format(there(landing)), readers: number.format(readers), ms: number.format(last ?? 0) };
    const told = plural(killed ? words.dropped : words.landed, readers, this.lang);
    const rest = plural(words.unconfirmed, missing, this.lang);
    return el("div", { className: "figures", data: { id, version } },
      el("span", { className: `big${readers > 0 && missing === 0 ? " all" : ""}` }, fill(told, values)),
      last === null ? "" : el("span", {}, fill(words.last, values)),
      missing > 0 ? el("span", { className: "missing" }, fill(rest, { count: number.format(missing) })) : "",
      el("span", { className: "which" }, killed ? words.killed : "", " ", fill(words.version, { version })),
      headline ? el("bdi", { className: "line" }, headline) : "",
      this.#details(landing, open));
  }

  #details({ p50, p99, last, transports, hubs }, open) {
    const { words, number } = this;
    const rows = (title, table) => [el("tr", {}, el("th", { colSpan: 2, scope: "col" }, title)), ...Object.entries(table).map(([name, some]) => el("tr", {}, el("td", {}, el("bdi", {}, name)), el("td", {}, `${number.format(some.written)} / ${number.format(some.readers)}`)))];
    return el("details", { open }, el("summary", {}, words.details),
      last === null ? "" : el("p", {}, `p50 ${p50} ms · p99 ${p99} ms`),
      el("table", {}, ...rows(words.transports, transports), ...rows(words.hubs, hubs)));
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

/** Readers who are known to have it. */
function there(landing) {
  return landing.confirmed ?? landing.written;
}

/** Readers who are neither known to have it nor gone. */
function left(landing) {
  return Math.max(0, landing.readers - landing.left - there(landing));
}
