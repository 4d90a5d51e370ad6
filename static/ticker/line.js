/** One line as DOM, the same for the banner and the reader page. Text is only ever set as text. */
import { age, clock, timeOfDay } from "./clock.js";
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
 * @param {number} now the service's clock.
 * @param {(time: string, lang: Intl.Locale, now: number) => string} [form]
 */
export function time({ firstcreated }, lang, now, form = clock) {
  const element = make("time", "time", form(firstcreated, lang, now));
  element.dateTime = firstcreated;
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

/** Relative times grow older, and what was seen is no longer new. */
export function refresh({ track, lang, now, unread }) {
  for (const line of track.querySelectorAll(".line")) {
    const when = line.querySelector("time");
    write(when, age(when.dateTime, lang, now()));
    if (!unread(line.dataset.id)) delete when.dataset.unread;
  }
}

/** Give an element without words of its own a name, which is shown under a pointer. */
export function name(element, text) {
  element.ariaLabel = element.title = text;
}

/**
 * A whole line: time, urgency, mark, headline, note, source.
 * @param {object} flash
 * @param {{lang: Intl.Locale, now: () => number, unread: (id: string) => boolean}} stage
 * @param {string} [tag]
 */
export function render(flash, { lang, now, unread }, tag = "div") {
  const { corrected, urgency, unread: word } = words(lang);
  const element = speak(make(tag, "line"), lang);
  element.dataset.id = flash.id;
  element.dataset.urgency = flash.urgency;
  const level = urgency[flash.urgency - 1];
  const when = time(flash, lang, now(), age);
  when.dataset.clock = timeOfDay(new Date(flash.firstcreated));
  if (unread(flash.id)) when.dataset.unread = word;
  element.append(when);
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
