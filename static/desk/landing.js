/**
 * Delivery of the newest line in an editor's words (its landing): whom it reached, and what their screens say of it;
 * and readers now as a sparkline.
 */
import { el, fill, plural } from "./dom.js";

const POINTS = 300;
const WIDTH = 300;
const HEIGHT = 80;
/** A kill that some screens are silent about stays for so many versions: in time their readers have left. */
const SILENT_AMONG = 5;

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
    this.percent = new Intl.NumberFormat(lang, { numberingSystem: "latn", style: "percent" });
  }

  /**
   * Figures for one row.
   * @param {object} [landing]
   */
  short(landing) {
    return landing ? `${this.number.format(there(landing))}/${this.number.format(landing.readers)}` : "";
  }

  /**
   * What is newest, after every kill that has not reached all, or left all screens; each with the words of its version.
   * @param {object[]} landings newest first.
   * @param {object[]} lines on the board.
   */
  show(landings, lines) {
    for (const { id, version, headline } of lines) this.#said.set(`${id} ${version}`, headline).set(id, headline);
    const [newest] = landings;
    if (!newest) return;
    const isOpen = (it, index) => left(it) > 0 || (index < SILENT_AMONG && silent(it) > 0);
    const kills = landings.filter((it, index) => it !== newest && it.killed && isOpen(it, index));
    const all = [...kills, newest].map((it) => ({ ...it, headline: this.#said.get(it.killed ? it.id : `${it.id} ${it.version}`) }));
    const text = JSON.stringify(all);
    if (text === this.#shown) return;
    this.#shown = text;
    const open = Boolean(document.querySelector("#landed details[open]"));
    document.getElementById("landed").replaceChildren(...all.map((it) => this.#figures(it, open)));
  }

  #figures(landing, open) {
    const { words, number } = this;
    const { id, version, killed, last, readers, headline, screens } = landing;
    const missing = left(landing);
    const reached = [
      this.#share(words.landed, there(landing), readers),
      last === null ? "" : el("span", {}, fill(words.last, { ms: number.format(last) })),
      this.#rest(words.unconfirmed, missing),
    ];
    const seen = screens ? this.#screens(landing) : [];
    const parts = killed ? [...seen, ...reached] : [...reached, ...seen];
    parts[0].classList.add("big");
    return el("div", { className: "figures", data: { id, version } },
      ...parts,
      el("span", { className: "which" }, killed ? words.killed : "", " ", fill(words.version, { version })),
      headline ? el("bdi", { className: "line" }, headline) : "",
      this.#details(landing, open));
  }

  /** What screens say: of a sample the share of those that answered, since how many were asked is by lot. */
  #screens(landing) {
    const { words, number } = this;
    const { killed, screens } = landing;
    const { one_in, asked, painted, unseen, gone } = screens;
    const answered = painted + unseen;
    const share = this.percent.format(Math.floor((100 * painted) / Math.max(1, answered)) / 100);
    return [
      killed ? this.#share(words.dropped, Math.min(gone, asked), asked)
        : one_in > 1 ? el("span", {}, fill(plural(words.sampled, answered, this.lang), { share, readers: number.format(answered) }))
        : this.#share(words.painted, painted, asked),
      unseen > 0 ? el("span", {}, fill(plural(words.unseen, unseen, this.lang), { count: number.format(unseen) })) : "",
      this.#rest(words.silent, silent(landing)),
    ];
  }

  /** So many of so many, in green where it is all of them. */
  #share(forms, count, whole) {
    const { number, lang } = this;
    const text = fill(plural(forms, whole, lang), { count: number.format(count), readers: number.format(whole) });
    return el("span", { className: whole > 0 && count >= whole ? "all" : "" }, text);
  }

  #rest(forms, count) {
    return count > 0 ? el("span", { className: "missing" }, fill(plural(forms, count, this.lang), { count: this.number.format(count) })) : "";
  }

  #details({ p50, p99, last, transports, hubs, screens }, open) {
    const { words, number } = this;
    const rows = (title, table, count) => [el("tr", {}, el("th", { colSpan: 2, scope: "col" }, title)), ...Object.entries(table).map(([name, some]) => el("tr", {}, el("td", {}, el("bdi", {}, name)), el("td", {}, el("bdi", { dir: "ltr" }, count(some).map((it) => number.format(it)).join(" / ")))))];
    const written = (some) => [some.written, some.readers];
    const sites = Object.entries(screens?.sites ?? {}).map(([site, some]) => [this.#site(site), some]);
    return el("details", { open }, el("summary", {}, words.details),
      last === null ? "" : el("p", {}, `p50 ${p50} ms · p99 ${p99} ms`),
      el("table", {}, ...rows(words.transports, transports, written), ...rows(words.hubs, hubs, written),
        ...(screens ? rows(words.screens, Object.fromEntries(sites), (some) => [some.painted + some.gone, some.asked]) : [])));
  }

  /** @param {{readers: number, origins: Record<string, number>}} presence */
  count({ readers, origins }) {
    const { words, number } = this;
    document.getElementById("readers").textContent = number.format(readers);
    this.#history.push(readers);
    this.#history = this.#history.slice(-POINTS);
    this.#draw();
    const sites = Object.entries(origins).sort(([, one], [, other]) => other - one);
    document.getElementById("sites").replaceChildren(
      el("table", { ariaLabel: words.sites }, ...sites.map(([origin, count]) => el("tr", {}, el("td", {}, el("bdi", {}, this.#site(origin))), el("td", {}, number.format(count))))),
    );
  }

  #site(origin) {
    const { direct, self, other } = this.words;
    return { direct, self, other }[origin] ?? origin;
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

/** Screens that were asked and said nothing; of a sample only what is more than chance makes of it. */
function silent({ screens }) {
  if (!screens) return 0;
  const { one_in, asked, painted, unseen, gone } = screens;
  const missing = asked - painted - unseen - gone;
  return one_in > 1 && missing < 3 * Math.sqrt(asked) ? 0 : Math.max(0, missing);
}
