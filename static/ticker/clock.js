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
 */
export function clock(time, lang) {
  const then = new Date(time);
  if (Date.now() - then > DAY_MS) return then.toLocaleDateString([lang, "en"], { day: "numeric", month: "short" });
  return timeOfDay(then);
}

/** The time of day, whatever the day. @param {Date} then */
export function timeOfDay(then) {
  // Intl takes 50 ms to say the same for the first time.
  return [then.getHours(), then.getMinutes()].map((number) => String(number).padStart(2, "0")).join(":");
}

/** How long ago, in words. @param {number} ms @param {Intl.Locale} lang */
export function ago(ms, lang) {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.floor(minutes / 60), "hour"];
  return new Intl.RelativeTimeFormat([lang, "en"], { numeric: "auto", style: "short" }).format(-count, unit);
}
