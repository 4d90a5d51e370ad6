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
 * What is wrong with each field. The service's sentences are English and exact; other languages have one for each
 * field, or status.
 * @param {number} status
 * @param {object} problem RFC 9457.
 * @param {object} words
 * @param {string} lang of the words.
 * @returns {{field: string, said: string}[]}
 */
export function sentences(status, { errors = [] }, words, lang) {
  const named = errors.filter(({ field }) => label(field, words) !== field || (lang === "en" && status === 422));
  const own = ({ field, detail }) => (lang === "en" ? detail : (status === 422 && words.wrong_fields[field]) || general(status, words));
  return named.map((error) => ({ field: error.field, said: own(error) }));
}

/** All of it in one sentence, where there are no fields to say it at. */
export function sentence(status, problem, words, lang) {
  const { errors = [], detail, title } = problem;
  if (errors.length === 0) return lang === "en" ? (detail ?? title ?? general(status, words)) : general(status, words);
  const named = sentences(status, problem, words, lang);
  return named.length ? together(named, words) : general(status, words);
}

/** @param {{field: string, said: string}[]} faults */
export function together(faults, words) {
  return faults.map(({ field, said }) => fill(words.named, { name: label(field, words), text: said })).join(" · ");
}

function general(status, words) {
  return words.refused[status] ?? words.refused[status >= 500 ? 503 : 422];
}
