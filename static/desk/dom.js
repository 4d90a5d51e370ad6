/** Making elements; text is only ever set as text. */

/**
 * @param {string} tag
 * @param {object} [properties] set on the element; `data` goes into its dataset.
 * @param {...(Node|string)} children
 */
export function el(tag, { data, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Put values in a sentence: `{name}` is replaced. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Words that stand among others in their own direction (UAX #9, FSI and PDI). */
export function isolated(text) {
  return `\u2068${text}\u2069`;
}

/** A random UUID (RFC 9562 v4) on plain http too, where browsers have no `crypto.randomUUID`. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** When something will happen: its time of the day, with the date where that is not today, and the zone. */
export function moment(time, lang) {
  const at = new Date(time);
  const isToday = at.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { year: "numeric", month: "short", day: "numeric" };
  const style = { ...day, hour: "2-digit", minute: "2-digit", second: at.getSeconds() ? "2-digit" : undefined, hourCycle: "h23", timeZoneName: "short" };
  return new Intl.DateTimeFormat(lang, { ...style, numberingSystem: "latn" }).format(at);
}

/** Hours, minutes and seconds, as the reader's clock has them. */
export function clock(time) {
  return new Date(time).toTimeString().slice(0, 8);
}

const MINUTE_MS = 60_000;
const UNITS = [["day", 24 * 60 * MINUTE_MS], ["hour", 60 * MINUTE_MS], ["minute", MINUTE_MS]];

/** How long ago, in words, as readers have it: "3 min ago". Less than a minute is nothing. */
export function age(time, lang) {
  const passed = Date.now() - Date.parse(time);
  const [unit, size] = UNITS.find(([, size]) => passed >= size) ?? [];
  if (!unit) return "";
  return new Intl.RelativeTimeFormat(`${lang}-u-nu-latn`, { style: "short" }).format(-Math.floor(passed / size), unit);
}

/** The zone that times are shown in, as its name goes now. */
export function zone(lang) {
  return new Intl.DateTimeFormat(lang, { timeZoneName: "short", numberingSystem: "latn" }).formatToParts().find(({ type }) => type === "timeZoneName").value;
}

/**
 * A sentence in the form that a number wants (CLDR plural rules).
 * @param {string|Record<string, string>} forms by category, `other` is always there; or one for all numbers.
 * @param {number} count
 * @param {string} lang
 */
export function plural(forms, count, lang) {
  if (typeof forms === "string") return forms;
  return forms[new Intl.PluralRules(lang).select(count)] ?? forms.other;
}
