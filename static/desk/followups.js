/**
 * Dead-man's switch of a flash: how long it may stand without a follow-up, which is any newer line of its running
 * story (`coverage`) or of its story. What is overdue stands above the board, in a place that is kept for it, and is
 * gone once it is followed up.
 */
import { el, fill } from "./dom.js";
import { act, Rows } from "./rows.js";

const FLASH = 1;
const MINUTE_MS = 60_000;
const FOLLOW_UP_URGENCY = 4;
/** What a follow-up has of its flash. */
const COPIED = ["located", "section", "region", "tags", "coverage"];

/** The list of flashes that are overdue. */
export class FollowUps {
  /** Ids of those that have called; null: the board is not known yet. */
  #called = null;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {(fields: object) => void} options.write takes the beginning of a follow-up to the box.
   * @param {(call: {kind: string, id: string, line: string, name: string, edition: string}) => void} options.call
   */
  constructor({ about, words, write, call }) {
    Object.assign(this, { about, words, write, call });
    this.list = document.getElementById("overdue");
    this.count = document.getElementById("overdue-count");
    this.rows = new Rows(this.list, words.no_overdue);
    this.list.addEventListener("click", ({ target }) => {
      const flash = this.lines.find(({ id }) => id === target.closest(".row")?.dataset.id);
      if (flash && target.dataset.act === "follow") this.write(beginning(flash));
    });
  }

  /**
   * @param {object[]} lines on the board.
   * @param {boolean} isKnown whether these are all that there is.
   */
  show(lines, isKnown) {
    this.lines = lines;
    const overdue = this.#overdue(lines);
    this.count.textContent = overdue.length > 1 ? String(overdue.length) : "";
    this.rows.show(overdue, (item) => this.#render(item));
    if (isKnown) this.#callFor(overdue);
  }

  /** Each calls once; none that was there when the desk was opened. */
  #callFor(overdue) {
    const before = this.#called;
    this.#called = new Set([...(before ?? []), ...overdue.map(({ id }) => id)]);
    if (before === null) return;
    for (const { id, headline } of overdue) if (!before.has(id)) this.call({ kind: "overdue", id, line: headline, name: "", edition: "" });
  }

  #overdue(lines) {
    const limit = this.about.followUpMinutes;
    if (limit === null) return [];
    const flashes = lines.filter(({ urgency }) => urgency === FLASH).map((flash) => ({ ...flash, minutes: (Date.now() - Date.parse(flash.firstcreated)) / MINUTE_MS }));
    // The one that waits longest is first, so that it stays in sight when others come.
    flashes.sort((one, other) => (one.firstcreated < other.firstcreated ? -1 : 1));
    const late = flashes.filter((flash) => flash.minutes >= limit && !lines.some((line) => follows(line, flash)));
    return late.map((flash) => ({ ...flash, minutes: Math.floor(flash.minutes) }));
  }

  #say({ urgency, minutes }) {
    return fill(this.words.follow_up_due, { urgency: this.words[`urgency_${urgency}`], minutes });
  }

  #render(item) {
    const { lang, dir } = this.about;
    return [
      el("strong", { className: "due" }, this.#say(item)),
      el("bdi", { className: "text", lang, dir, title: item.headline }, item.headline),
      act("follow", this.words.follow_up),
    ];
  }
}

function follows(line, flash) {
  if (line.id === flash.id || line.firstcreated <= flash.firstcreated) return false;
  return (flash.coverage && line.coverage === flash.coverage) || storyOf(line) === storyOf(flash);
}

function storyOf({ id, story }) {
  return story ?? id;
}

/** A line without a running story is followed up within its story. */
function beginning(flash) {
  const copied = COPIED.filter((name) => flash[name]?.length).map((name) => [name, flash[name]]);
  return { ...Object.fromEntries(copied), urgency: FOLLOW_UP_URGENCY, ...(!flash.coverage && { story: storyOf(flash) }) };
}
