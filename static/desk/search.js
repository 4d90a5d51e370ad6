/** Search in everything that the edition has published, as one types; killed lines too. */
import { clock, el, fill, plural } from "./dom.js";
import { Rows } from "./rows.js";

const DEBOUNCE_MS = 150;
const NAMED = /(?:^|\s)(author|source|tag|day|section|region):(\S+)/g;
const EMPTY = /(?:^|\s)(?:author|source|tag|day|section|region):(?:\s|$)/;

/** The field above the board, and what is found in place of it. */
export class Search {
  #timer = 0;
  #asked = null;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   */
  constructor({ about, words, api }) {
    Object.assign(this, { about, words, api });
    this.field = document.getElementById("search");
    this.said = document.getElementById("found-said");
    this.box = document.getElementById("found");
    this.rows = new Rows(document.getElementById("found-lines"), words.nothing_found);
    this.field.addEventListener("input", () => this.#soon());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.end();
    });
  }

  /** Into the field. */
  begin() {
    this.field.focus();
    this.field.select();
  }

  /** Back to the board. */
  end() {
    this.field.value = "";
    this.#soon();
    this.field.blur();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    const query = parse(this.field.value);
    this.box.hidden = query.size === 0;
    document.getElementById("shown").hidden = query.size > 0;
    if (EMPTY.test(this.field.value)) return this.#refuse(this.words.search_faults.empty);
    if (query.size > 0) this.#timer = setTimeout(() => this.#ask(query), DEBOUNCE_MS);
  }

  async #ask(query) {
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    try {
      this.#show(await this.api.search(query, signal));
    } catch (error) {
      if (signal.aborted) return;
      this.#refuse(this.#fault(error));
    }
  }

  #refuse(sentence) {
    this.rows.list.hidden = true;
    this.said.textContent = sentence;
  }

  #show({ flashes, matches, complete, more }) {
    this.said.textContent = [this.#count(matches.length, more), complete ? "" : this.words.index_incomplete].filter(Boolean).join(" ");
    const items = matches.map((match) => ({ ...flashes.find(({ id }) => id === match.id), match, id: match.id }));
    this.rows.list.hidden = false;
    this.rows.show(items, (item) => this.#render(item));
  }

  #count(count, more) {
    const { words } = this;
    if (count === 0) return "";
    return fill(more ? words.found_more : plural(words.found_count, count, document.documentElement.lang), { count });
  }

  /** What was typed wrong, and how it is typed right. */
  #fault({ fields = [], message }) {
    const { search_faults: faults } = this.words;
    if (fields.length === 0) return message;
    const codes = (name) => Array.from(document.querySelector(`#form [name=${name}]`)?.options ?? [], ({ value }) => value).filter(Boolean).join(", ");
    return fields.map((name) => fill(faults[name] ?? faults.other, { codes: codes(name) })).join(" ");
  }

  #render({ match, urgency, firstcreated, source, pubstatus }) {
    const { words, about } = this;
    const { id, headline, ranges, author, by, reason } = match;
    const killed = pubstatus === "canceled";
    const year = firstcreated.slice(0, 4) === new Date().toISOString().slice(0, 4) ? undefined : "numeric";
    const day = new Date(firstcreated).toLocaleDateString(`${document.documentElement.lang}-u-nu-latn`, { day: "numeric", month: "short", year });
    return [
      el("time", { dateTime: firstcreated }, `${day} ${clock(firstcreated).slice(0, 5)}`),
      el("span", { className: "word" }, words[`urgency_${urgency}`] ?? String(urgency)),
      el("div", { className: "line" },
        el("span", { className: "said-of" },
          killed ? el("span", { className: "state", title: reason ?? "" }, words.killed) : "",
          el("a", { className: "text", lang: about.lang, dir: about.dir, title: headline, href: `/desk/${about.edition}/timeline/${id}` }, ...marked(headline, ranges))),
        source ? el("bdi", { className: "source" }, source) : ""),
      el("bdi", { className: "by", title: fill(words.by, { name: by ?? author }) }, author ?? ""),
    ];
  }
}

/** "harbour author:amal" as the parameters of the API. */
function parse(text) {
  const query = new URLSearchParams();
  // A space at the end says that the last word is whole, so it is kept.
  const words = text.replace(NAMED, (_, name, value) => {
    query.append(name, value);
    return " ";
  }).trimStart();
  if (words.trim()) query.set("q", words);
  return query;
}

/** A headline with what was found in it marked; ranges count code points. */
function marked(headline, ranges) {
  const points = Array.from(headline);
  let at = 0;
  const parts = ranges.flatMap(([start, end]) => {
    const before = points.slice(at, start).join("");
    at = end;
    return [before, el("mark", {}, points.slice(start, end).join(""))];
  });
  return [...parts, points.slice(at).join("")].filter((part) => part !== "");
}
