/** One line as DOM, the same for the banner and the reader page. Text is only ever set as text. */
import { clock } from "./clock.js";
import { direction } from "./words.js";

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
 */
export function headline(flash) {
  const href = safeUrl(flash.url);
  const element = make(href ? "a" : "bdi", "headline", flash.headline);
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
 * @param {string} lang
 */
export function time(flash, lang) {
  const element = make("time", "time", clock(flash.firstcreated, lang));
  element.dateTime = flash.firstcreated;
  return element;
}

/** Give an element the language and direction of its words. */
export function speak(element, lang) {
  element.lang = lang;
  element.dir = direction(lang);
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
