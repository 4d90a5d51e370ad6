/** The board at the desk: each line with what can be done to it, and its versions in other languages. */
import { act, line, Rows, top } from "./rows.js";
import { el, fill } from "./dom.js";

/** What each edition says for itself. */
const OWN = ["headline", "pinned", "correction", "expires", "embargoed"];

/** The list of lines on show. */
export class Board {
  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   * @param {import("./amend.js").Amend} options.amend
   * @param {import("./landing.js").Landing} options.landing
   */
  constructor({ about, words, api, amend, landing }) {
    Object.assign(this, { about, words, api, amend, landing });
    this.list = document.getElementById("lines");
    this.rows = new Rows(this.list, words.empty_board);
    this.lines = [];
    this.list.addEventListener("click", ({ target }) => {
      const row = target.closest(".row");
      if (row && target.dataset.act) this.act(row, target.dataset.act, target.dataset.edition);
    });
  }

  /**
   * @param {object[]} lines newest first.
   * @param {object} stories key → edition → its version.
   * @param {Map<string, object>} landings "id version" → figures.
   */
  show(lines, stories, landings) {
    this.lines = lines;
    const items = lines.map((flash) => ({
      ...flash,
      versions: stories[flash.story ?? flash.id] ?? null,
      figure: this.landing.short(landings.get(`${flash.id} ${flash.version}`)),
    }));
    this.rows.show(items, (item) => this.#render(item));
  }

  /** Move the focus from line to line. */
  walk(step) {
    const rows = [...this.list.querySelectorAll(".row")];
    const at = rows.indexOf(document.activeElement.closest(".row"));
    rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
  }

  /** Do something to the line of a row. */
  act(row, name, edition) {
    const flash = this.lines.find(({ id }) => id === row.dataset.id);
    if (!flash) return;
    if (name === "pin") this.#quietly(() => this.api.change(flash.id, { pinned: !flash.pinned }, { version: flash.version, refile: true }));
    else if (name === "checked") this.#quietly(() => this.api.checked(flash.id));
    else if (name === "start") this.#start(flash, edition);
    else if (row.querySelector(`[data-act="${name}"]`)) this.amend.open(row, flash, name);
  }

  async #quietly(ask) {
    const fault = document.getElementById("fault");
    fault.textContent = "";
    await ask().catch((error) => (fault.textContent = error.message));
  }

  #render(item) {
    const { words, about } = this;
    const editor = about.role !== "reporter";
    return [
      top(item, words,
        item.pinned ? el("span", { className: "state" }, words.pinned) : "",
        item.correction ? el("span", { className: "state" }, words.corrected) : "",
        item.figure ? el("span", { className: "figure" }, item.figure) : ""),
      line(item, about),
      this.#story(item),
      el("div", { className: "acts" },
        act("correct", words.correct),
        act("refile", words.refile),
        editor ? act("pin", item.pinned ? words.unpin : words.pin) : "",
        editor ? act("kill", words.kill, "kill") : ""),
    ];
  }

  /** "en 12:01:07 · ar +00:24 · es pending": one story in all editions. */
  #story({ id, firstcreated, versions }) {
    const { words, about } = this;
    if (about.drill || about.editions.length < 2) return "";
    const parts = about.editions.filter(({ code }) => code !== about.edition).map(({ code, lang }) => {
      const version = versions?.[code];
      if (version) return el("span", { lang }, `${code} ${version.pubstatus === "canceled" ? words.killed : since(firstcreated, version.firstcreated)}`);
      if (!about.theirs.includes(code)) return el("span", {}, `${code} ${words.pending}`);
      return el("button", { type: "button", className: "quiet", data: { act: "start", edition: code } }, fill(words.start, { edition: code }));
    });
    const check = versions?.[about.edition]?.id === id ? versions[about.edition].check : [];
    const warning = check.length ? [el("span", { className: "check-it" }, fill(words.check, { edition: check.join(", ") })), act("checked", words.checked)] : [];
    return el("div", { className: "story" }, ...parts, ...warning);
  }

  /** The other edition's desk opens with everything copied but the words. */
  #start(flash, edition) {
    const copied = Object.keys(this.about.fields).filter((name) => !OWN.includes(name));
    const fields = Object.fromEntries(copied.map((name) => [name, flash[name]]));
    sessionStorage.setItem(`ticker start ${edition}`, JSON.stringify({ ...fields, story: flash.story ?? flash.id, of: flash.headline }));
    location.assign(`/desk/${edition}`);
  }
}

function since(one, other) {
  const seconds = Math.round((Date.parse(other) - Date.parse(one)) / 1000);
  const size = Math.abs(seconds);
  const clock = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return `${seconds < 0 ? "−" : "+"}${clock}`;
}
