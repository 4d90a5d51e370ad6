/**
 * Breaking budget: how many lines an edition wants to have BREAKING (urgency 1 and 2) at once. Before one more goes
 * out the desk asks which to lower, where the editor is, and goes on if that is what they want.
 */
import { fill } from "./dom.js";

const BREAKING = 2;
const LOWERED = 3;

/** Asks. */
export class Budget {
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
   * Does it, after asking if it is one line too many.
   * @param {object} what
   * @param {Element} what.place where to ask.
   * @param {?string} what.id of the line, if it exists already.
   * @param {boolean} what.breaks whether one more line is breaking afterwards.
   * @param {() => void} what.go
   */
  before({ place, id, breaks, go }) {
    const budget = this.about.breakingBudget;
    if (!breaks || budget === null) return go();
    const out = this.lines().filter((line) => line.urgency <= BREAKING && line.id !== id);
    const held = this.records().filter(({ stage, flash }) => stage === "held" && flash.urgency <= BREAKING && flash.id !== id);
    const count = out.length + held.length;
    if (count < budget) return go();
    this.#ask(place, fill(this.words.budget, { label: this.about.label, count, budget }), out, go);
  }

  #ask(place, sentence, out, go) {
    const { words } = this;
    const lower = out.map((flash) => [fill(words.budget_lower, { line: flash.headline }), () => (this.#lower(flash), go()), "lower"]);
    const back = () => (place.closest(".row") ?? document.getElementById("headline")).focus();
    this.question.ask(place, sentence, [[words.budget_back, back, "back"], [words.budget_go_on, go, "go-on"], ...lower]);
  }

  /** Readers see it, so it has a hold of its own. */
  #lower({ id, version, headline }) {
    const lower = () => this.api.change(id, { urgency: LOWERED }, { version, refile: true });
    this.sending.hold(fill(this.words.budget_lower, { line: headline }), lower);
  }
}

/**
 * Whether one more line is breaking once a sheet is sent.
 * @param {import("./sheets.js").Sheet} sheet
 * @param {{draft?: true}} query
 * @param {{twoKey: boolean}} about
 */
export function breaks({ kind, of, fields }, query, { twoKey }) {
  if (query.draft || fields.embargoed || fields.urgency > BREAKING || of?.stage === "awaiting" || of?.stage === "held") return false;
  if (kind === "correct" || kind === "refile") return of.fields.urgency > BREAKING;
  return !(twoKey && fields.urgency === 1);
}

/** Whether one more line is breaking once a line that waits is released. */
export function releaseBreaks({ flash: { urgency }, stage }, { twoKey }) {
  return urgency <= BREAKING && stage !== "held" && !(stage === "draft" && twoKey && urgency === 1);
}
