/** One line in a list, the same markup as templates/line.html; and keyed reconciliation of lists. */
import { headline, make, run, speak, time } from "../ticker/line.js";
import { language } from "../ticker/words.js";
import { learn, storyLink } from "./titles.js";

const WORDED_URGENCIES = 3;
const AGAIN_MS = 60_000;
let due = 0;

/**
 * What lines of a list have in common.
 * @param {HTMLElement} box
 */
export function setting({ dataset }) {
  const lang = language(dataset.lang, document.dir);
  learn(JSON.parse(dataset.titles));
  return { edition: dataset.edition, lang, sections: JSON.parse(dataset.sections), words: JSON.parse(dataset.words) };
}

/** Give a list item a line. */
export function fill(element, line, { edition, lang, sections, words, skew = 0 }) {
  element.dataset.id = line.id;
  element.dataset.urgency = line.urgency;
  const link = make("a", "permalink");
  link.href = `/${edition}/f/${encodeURIComponent(line.id)}`;
  link.append(time(line, lang, Date.now() + skew));
  speak(element, lang).replaceChildren(link, text(line, { edition, lang, sections, words }));
  return element;
}

function text(line, { edition, lang, sections, words }) {
  const text = make("div", "text");
  const meta = make("p", "meta");
  if (line.urgency <= WORDED_URGENCIES) meta.append(make("span", "urgency", words[`urgency_${line.urgency}`]));
  if (line.section) meta.append(make("span", "section", sections[line.section] ?? line.section));
  if (line.coverage) meta.append(storyLink(edition, line.coverage, "of"));
  if (meta.childElementCount) text.append(meta);
  const sentence = make("p", "words");
  sentence.append(headline(line, lang));
  if (line.source) sentence.append(" ", run("bdi", "source", line.source, lang));
  text.append(sentence);
  if (line.correction) {
    const note = make("p", "note");
    note.append(make("span", "mark", words.corrected), " ", run("bdi", "why", line.correction, lang));
    text.append(note);
  }
  return text;
}

/** Where a script of ours fails the page is asked for again, as without script: what is served is right. */
export function again() {
  due ||= setTimeout(() => location.reload(), (0.5 + Math.random()) * AGAIN_MS);
}

/**
 * Items by what they have in common, in their order; engines of two years ago have no Map.groupBy.
 * @param {object[]} items
 * @param {(item: object) => string} nameOf
 * @returns {Map<string, object[]>}
 */
export function grouped(items, nameOf) {
  const groups = new Map();
  for (const item of items) {
    const name = nameOf(item);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return groups;
}

/** Give a parent these children in this order, moving none that stand right. */
export function place(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}
