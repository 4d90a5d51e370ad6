/** Language marks: two letters for another edition's version of a story, current, to be looked at, killed or missing. */
import { el, fill } from "./dom.js";

const SIGNS = { missing: "", dead: "×", stale: "!", current: "" };

/**
 * @param {{code: string, name: string, lang: string}} edition
 * @param {?object} version that it has; null: none.
 * @param {object} options
 * @param {object} options.words
 * @param {boolean} [options.isStale] whether somebody has to look at it.
 * @param {string} [options.when] it came out, seen from here.
 */
export function mark({ code, name, lang }, version, { words, isStale = false, when = "" }) {
  const state = !version ? "missing" : version.pubstatus === "canceled" ? "dead" : isStale ? "stale" : "current";
  const title = fill(words.named, { name, text: `${words.marks[state]} ${when}`.trim() });
  return el("span", { className: `mark ${state}`, lang, title, role: "img", ariaLabel: title }, `${code}${SIGNS[state]}`);
}
