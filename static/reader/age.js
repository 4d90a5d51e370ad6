/** Times as people read them: how long ago while that says more, by the service's clock; the clock beside it. */
import { clock, timeOfDay } from "../ticker/clock.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS = 12;
const formats = new Map();

/**
 * Let a time say how long ago it was.
 * @param {HTMLTimeElement} element with its `dateTime`.
 * @param {number} now the service's clock, milliseconds since 1970.
 * @param {Intl.Locale} lang
 */
export function tellAge(element, now, lang) {
  const text = age(element.dateTime, now, lang);
  if (element.textContent === text) return;
  element.textContent = text;
  element.dataset.clock ??= exact(element.dateTime, lang);
}

function age(time, now, lang) {
  const ms = Math.max(0, now - Date.parse(time));
  if (ms < MINUTE_MS) return ago(0, "second", lang);
  if (ms < HOUR_MS) return ago(ms / MINUTE_MS, "minute", lang);
  if (ms < HOURS * HOUR_MS) return ago(ms / HOUR_MS, "hour", lang);
  return clock(time, lang, now);
}

/** Without the dot of an abbreviation, which a narrow column has no use for. */
function ago(count, unit, lang) {
  return format(lang).format(-Math.floor(count), unit).replace(/\.(?= |$)/, "");
}

/** On hover, under the focus and on paper: the time of day, and the day where it is not today's. */
function exact(time, lang) {
  const then = new Date(time);
  if (then.toDateString() === new Date().toDateString()) return timeOfDay(then);
  return `${then.toLocaleDateString([lang, "en"], { day: "numeric", month: "short" })} ${timeOfDay(then)}`;
}

function format(lang) {
  if (!formats.has(lang)) {
    formats.set(lang, new Intl.RelativeTimeFormat([lang, "en"], { numeric: "auto", style: "short" }));
  }
  return formats.get(lang);
}
