/**
 * Breaking budget: how many lines an edition wants to have BREAKING (urgency 1 and 2) at once. Before one more goes
 * out the desk asks which to lower, where the editor is, and goes on if that is what they want.
 */
import { el, fill } from "./dom.js";

const BREAKING = 2;
const LOWERED = 3;

/** Asks. */
export class Budget {
  #turn = 0;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   * @param {import("./sending.js").Sending} options.sending
   * @param {import("./question.js").Question} options.question
   * @param {() => object[]} options.lines on the board.
   * @param {() => object[]} options.records of the queue.
   */
  constructor({ about, words, api, sending, question, lines, records }) {
    Object.assign(this, { about, words, api, sending, question, lines, records });
  }

  /**
   * Does it, after asking if it is one line too many, here or in another edition that it goes to.
   * @param {object} what
   * @param {Element} what.place where to ask.
   * @param {?string} what.id of the line, if it exists already.
   * @param {boolean} what.breaks whether one more line is breaking afterwards.
   * @param {string[]} [what.others] editions in which it goes out too.
   * @param {() => void} what.go
   */
  before({ place, id, breaks, others = [], go }) {
    this.cancel();
    const asked = breaks ? [this.about.edition, ...others].filter((code) => this.#budget(code) !== null) : [];
    this.#ask(asked, { place, id, go, turn: this.#turn });
  }

  /** What was to be done has changed: nothing is asked or done about it. */
  cancel() {
    this.#turn++;
    this.question.close();
  }

  #edition(code) {
    return this.about.editions.find((it) => it.code === code.replace(/^drill-/, ""));
  }

  #budget(code) {
    return this.#edition(code).breakingBudget;
  }

  async #ask([code, ...rest], what) {
    if (code === undefined) return what.go();
    const go = () => this.#ask(rest, what);
    const isHere = code === this.about.edition;
    // What cannot be known is not asked about: what the network does not say, it will hardly take.
    const { out, held } = isHere ? this.#here(what.id) : await this.#there(code).catch(() => ({ out: [], held: [] }));
    if (what.turn !== this.#turn) return;
    const [budget, count] = [this.#budget(code), out.length + held.length];
    if (count < budget) return go();
    const { name, label } = this.#edition(code);
    const sentence = fill(this.words.budget, { label: isHere ? label : `${name} · ${label}`, count, budget });
    this.#question(what.place, [sentence, this.#sayHeld(held)], { out, code, go });
  }

  /** Lines as they will be once what is on its way from this desk has arrived. */
  #here(id) {
    const own = new Map(this.sending.coming.map((line) => [line.id, line]));
    const others = (lines) => lines.filter((line) => line.id !== id);
    const waiting = held(this.records()).filter((line) => !own.has(line.id));
    const out = this.lines().filter((line) => !own.has(line.id));
    return { out: breaking(others(out)), held: breaking(others([...waiting, ...own.values()])) };
  }

  async #there(code) {
    const [out, waiting] = await Promise.all([this.api.board(code), this.api.queue(code)]);
    return { out: breaking(out.flashes), held: breaking(held(waiting.queue)) };
  }

  #sayHeld(lines) {
    if (lines.length === 0) return "";
    const list = new Intl.ListFormat(document.documentElement.lang, { style: "short", type: "unit" });
    return fill(this.words.budget_held, { lines: list.format(lines.map(({ headline }) => headline)) });
  }

  #question(place, [sentence, more], { out, code, go }) {
    const { words } = this;
    const lower = out.map((flash) => [fill(words.budget_lower, { line: flash.headline }), () => (this.#lower(flash, code), go()), "lower"]);
    const back = () => (place.closest(".row") ?? document.getElementById("headline")).focus();
    this.question.ask(place, sentence, [[words.budget_back, back, "back"], [words.budget_go_on, go, "go-on"], ...lower], more && el("p", { className: "more" }, more));
  }

  /** Readers see it, so it has a hold of its own. */
  #lower({ id, version, headline }, edition) {
    const lower = (key) => this.api.change(id, { urgency: LOWERED }, { version, key, refile: true, edition });
    this.sending.hold({ line: headline, deed: "lower", becomes: { id, urgency: LOWERED } }, lower);
  }
}

function breaking(lines) {
  return lines.filter(({ urgency }) => urgency <= BREAKING);
}

function held(records) {
  return records.filter(({ stage }) => stage === "held").map(({ flash }) => flash);
}

/**
 * Whether readers see what a sheet says once it is sent.
 * @param {import("./sheets.js").Sheet} sheet
 * @param {{draft?: true}} query
 * @param {{twoKey: boolean}} about
 */
export function airs({ kind, of, fields }, query, { twoKey }) {
  if (query.draft) return false;
  if (kind === "correct" || kind === "refile") return true;
  if (fields.embargoed || of?.stage === "awaiting" || of?.stage === "held") return false;
  return !(twoKey && fields.urgency === 1);
}

/** Whether one more line is breaking once a sheet is sent. */
export function breaks(sheet, query, about) {
  const { kind, of, fields } = sheet;
  if (fields.urgency > BREAKING || !airs(sheet, query, about)) return false;
  return kind === "correct" || kind === "refile" ? of.fields.urgency > BREAKING : true;
}

/** Whether one more line is breaking once a line that waits is released. */
export function releaseBreaks({ flash: { urgency }, stage }, { twoKey }) {
  return urgency <= BREAKING && stage !== "held" && !(stage === "draft" && twoKey && urgency === 1);
}
