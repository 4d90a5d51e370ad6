/** The board at the desk: each line with whose it is, where it landed and what can be done to it. */
import { el, fill } from "./dom.js";
import { mark } from "./marks.js";
import { mayCorrect, mayKill } from "./rights.js";
import { act, aged, head, line, main, Rows } from "./rows.js";

/** What each edition says for itself. */
const OWN = ["headline", "pinned", "correction", "expires", "embargoed"];

/** The list of lines on show. */
export class Board {
  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   * @param {import("./sending.js").Sending} options.sending
   * @param {import("./withdraw.js").Withdraw} options.withdraw
   * @param {import("./landing.js").Landing} options.landing
   * @param {import("./people.js").People} options.people
   * @param {(flash: object, kind: string) => void} options.edit takes a line to the box.
   */
  constructor({ about, words, api, sending, withdraw, landing, people, edit }) {
    Object.assign(this, { about, words, api, sending, withdraw, landing, people, edit });
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
   * @param {object} told
   * @param {object} told.stories key → edition → its version.
   * @param {object} told.hands id → whose hands made it.
   * @param {Map<string, object>} told.landings "id version" → figures.
   */
  show(lines, { stories, hands, landings }) {
    this.lines = lines;
    const items = lines.map((flash) => ({
      ...aged(flash),
      versions: stories[flash.story ?? flash.id] ?? null,
      hands: hands[flash.id],
      writers: this.people.writers(flash.id),
      figure: this.landing.short(landings.get(`${flash.id} ${flash.version}`)),
    }));
    this.rows.show(items, (item) => this.#render(item));
  }

  /** Do something to the line of a row. */
  act(row, name, edition) {
    const flash = this.lines.find(({ id }) => id === row.dataset.id);
    if (!flash || !row.querySelector(`[data-act="${name}"]`)) return;
    if (name === "pin") this.#pin(flash);
    if (name === "checked") this.#quietly(() => this.api.checked(flash.id));
    if (name === "start") this.#start(flash, edition);
    if (name === "correct" || name === "refile") this.edit(flash, name);
    if (name === "kill") this.withdraw.kill(row, flash);
  }

  #pin({ id, version, headline, pinned, urgency }) {
    const pin = (key) => this.api.change(id, { pinned: !pinned }, { version, key, refile: true });
    this.sending.hold({ line: headline, deed: pinned ? "unpin" : "pin", becomes: { id, urgency } }, pin);
  }

  async #quietly(ask) {
    const fault = document.getElementById("fault");
    fault.textContent = "";
    await ask().catch((error) => (fault.textContent = error.message));
  }

  #render(item) {
    const { words, about } = this;
    const mine = mayCorrect(about, item, item.hands);
    const check = this.#check(item);
    const states = [this.people.note(item.writers, "correct"), item.pinned && words.is_pinned, item.correction && words.corrected, check.length && fill(words.check, { edition: check.join(", ") })];
    return [
      ...head(item, words),
      main(line(item, words, about, states.filter(Boolean)),
        check.length ? act("checked", words.checked) : "",
        mine ? act("correct", words.correct) : "",
        mine ? act("refile", words.refile) : "",
        mayKill(about) ? act("pin", item.pinned ? words.unpin : words.pin) : "",
        mayKill(about) ? act("kill", words.kill, "kill") : ""),
      el("span", { className: "marks" }, ...this.#marks(item)),
      el("span", { className: "figure", title: words.landing }, item.figure),
      this.#by(item),
    ];
  }

  #by({ hands }) {
    if (!hands) return el("span", { className: "by" });
    const { first, last } = hands;
    const title = last === first ? fill(this.words.by, { name: first }) : fill(this.words.by_both, { name: first, last });
    return el("bdi", { className: "by", title }, last === first ? first : `${first} · ${last}`);
  }

  /** Editions whose version was changed since anybody looked at this one. */
  #check({ id, versions }) {
    const own = versions?.[this.about.edition];
    return own?.id === id ? own.check : [];
  }

  /** Two letters for each other edition's version of the story: current, to be looked at, killed or missing. */
  #marks({ firstcreated, versions }) {
    const { words, about } = this;
    if (about.drill) return [];
    return about.editions.filter(({ code }) => code !== about.edition).map((edition) => {
      const { code } = edition;
      const version = versions?.[code] ?? null;
      if (!version && about.theirs.includes(code)) {
        const title = fill(words.start, { edition: code });
        return el("button", { type: "button", className: "mark missing", title, ariaLabel: title, data: { act: "start", edition: code } }, code);
      }
      return mark(edition, version, { words, isStale: version?.check.includes(about.edition), when: version ? since(firstcreated, version.firstcreated) : "" });
    });
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
