/** One setInterval for the whole page; and times as text in the reader's language. */

const TICK_MS = 1000;
const DAY_MS = 24 * 3600 * 1000;
const listeners = new Set();
let timer = 0;

/**
 * Call back every second until the signal aborts.
 * @param {() => void} listener
 * @param {AbortSignal} signal
 */
export function every(listener, signal) {
  listeners.add(listener);
  timer ||= setInterval(() => listeners.forEach((each) => each()), TICK_MS);
  signal.addEventListener("abort", () => {
    listeners.delete(listener);
    if (listeners.size === 0) timer = clearInterval(timer) ?? 0;
  });
}

/**
 * A time as the reader's place writes it: of day, or the date if that day is long past, as a pinned
 * line's may be.
 * @param {string} time RFC 3339.
 * @param {Intl.Locale} lang
 * @param {number} now the service's clock, milliseconds since 1970: a device's own may be days off.
 */
export function clock(time, lang, now) {
  const then = new Date(time);
  if (now - then > DAY_MS) return then.toLocaleDateString([lang, "en"], { day: "numeric", month: "short" });
  return timeOfDay(then);
}

/** The time of day, whatever the day. @param {Date} then */
export function timeOfDay(then) {
  // Intl takes 50 ms to say the same for the first time.
  return [then.getHours(), then.getMinutes()].map((number) => String(number).padStart(2, "0")).join(":");
}

/** How old, as short as it can be said; the date if that is long. Parameters as for `clock`. */
export function age(time, lang, now) {
  const ms = now - new Date(time);
  const [count, unit] = inUnits(ms);
  if (ms > DAY_MS) return clock(time, lang, now);
  return count ? count.toLocaleString([lang, "en"], { style: "unit", unit }) : ago(ms, lang);
}

/** How long ago, in words. @param {number} ms @param {Intl.Locale} lang */
export function ago(ms, lang) {
  const [count, unit] = inUnits(ms);
  return new Intl.RelativeTimeFormat([lang, "en"], { numeric: "auto", style: "short" }).format(-count, unit);
}

function inUnits(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return [0, "second"];
  return minutes < 60 ? [minutes, "minute"] : [Math.floor(minutes / 60), "hour"];
}
