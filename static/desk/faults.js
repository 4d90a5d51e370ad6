/** What the service said no to, in the desk's language, about the field as it is named there. */

import { fill } from "./dom.js";

/** Fields that have a word of their own elsewhere on the page. */
const NAMES = { headline: "line", correction: "note" };

/**
 * @param {string} field
 * @param {object} words
 */
export function label(field, words) {
  return words[NAMES[field] ?? field] ?? field;
}

/**
 * The service's sentences are English and exact; other languages have one for each field, or status.
 * @param {number} status
 * @param {object} problem RFC 9457.
 * @param {object} words
 * @param {string} lang of the words.
 */
export function sentence(status, { errors = [], detail, title }, words, lang) {
  const general = words.refused[status] ?? words.refused[status >= 500 ? 503 : 422];
  if (errors.length === 0) return lang === "en" ? (detail ?? title ?? general) : general;
  const named = errors.filter(({ field }) => label(field, words) !== field || (lang === "en" && status === 422));
  if (named.length === 0) return general;
  const own = ({ field, detail: exact }) => (lang === "en" ? exact : (status === 422 && words.wrong_fields[field]) || general);
  return named.map((error) => fill(words.named, { name: label(error.field, words), text: own(error) })).join(" · ");
}
