/** One line as DOM, the same for the banner and the reader page. Text is only ever set as text. */
import { clock } from "./clock.js";
import { directionOf, words } from "./words.js";

/**
 * An element with a class, a part of the same name, and text.
 * @param {string} tag
 * @param {string} name
 * @param {string} [text]
 */
export function make(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.setAttribute("part", name);
  if (text) element.textContent = text;
  return element;
}

/**
 * The headline, linked if it has an address that is safe to follow.
 * @param {object} flash
 * @param {Intl.Locale} lang
 */
export function headline(flash, lang) {
  const href = safeUrl(flash.url);
  const element = run(href ? "a" : "bdi", "headline", flash.headline, lang);
  if (href) {
    element.href = href;
    element.rel = "noopener";
    element.target = "_blank";
  }
  return element;
}

/**
 * The time of first publication.
 * @param {object} flash
 * @param {Intl.Locale} lang
 */
export function time(flash, lang) {
  const element = make("time", "time", clock(flash.firstcreated, lang));
  element.dateTime = flash.firstcreated;
  return element;
}

/** Touch the page only when words change. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Give an element the language and direction of its words. */
export function speak(element, lang) {
  element.lang = lang.baseName;
  element.dir = lang.dir;
  return element;
}

/**
 * A whole line: time, urgency, mark, headline, note, source.
 * @param {object} flash
 * @param {Intl.Locale} lang
 * @param {string} [tag]
 */
export function render(flash, lang, tag = "div") {
  const { corrected, urgency } = words(lang);
  const element = speak(make(tag, "line"), lang);
  element.dataset.id = flash.id;
  element.dataset.urgency = flash.urgency;
  const level = urgency[flash.urgency - 1];
  element.append(time(flash, lang));
  if (level) element.append(make("span", "urgency", level));
  if (flash.correction) element.append(make("span", "mark", corrected));
  element.append(headline(flash, lang));
  if (flash.correction) element.append(run("bdi", "note", flash.correction, lang));
  if (flash.source) element.append(run("bdi", "source", flash.source, lang));
  return element;
}

/** A run of text that its neighbours' directions don't reach. */
export function run(tag, name, text, lang) {
  const element = make(tag, name, text);
  element.dir = directionOf(text, lang);
  return element;
}

function safeUrl(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
