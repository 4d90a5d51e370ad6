/** Translations: languages, their directions and the widget's words in them, English where we lack them. `#` is a number. */
import { parts } from "./parts.js";

const LABELS = { en: "Breaking", ar: "عاجل", es: "Última hora", fr: "Alerte info" };
const ENGLISH = {
  empty: "No breaking news",
  corrected: "Corrected",
  pause: "Pause",
  resume: "Resume",
  dismiss: "Close",
  reconnecting: "Reconnecting",
  stopped: "Not connected",
  stale: "Not up to date",
  served: "As of #",
  fresh: { other: "# new" },
  more: { other: "# more" },
  unread: "New",
  previous: "Previous",
  next: "Next",
  urgency: ["Flash", "Alert"],
};
const RTL_SCRIPT = /Arab|Hebr|Thaa|Syrc|Nkoo|Adlm|Rohg/;
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufefc]/;
const LTR_LETTER = /[A-Za-z\u00c0-\u058f]/;

/**
 * A language as Intl takes it, with the direction of what is written in it. Intl throws at what is no
 * language tag: that is English. News in this house has the figures 0–9, in Arabic too.
 * @param {string} tag BCP 47, in any case; or with "_".
 * @param {string} [dir] ltr or rtl; that of its script if it is not known.
 * @returns {Intl.Locale & {dir: string}}
 */
export function language(tag, dir) {
  const options = { numberingSystem: "latn" };
  let locale = new Intl.Locale("en", options);
  try {
    locale = new Intl.Locale(tag.replaceAll("_", "-"), options);
  } catch {
    // Not even a tag.
  }
  locale.dir = dir || (RTL_SCRIPT.test(locale.maximize().script) ? "rtl" : "ltr");
  return locale;
}

/** Those that have come; a label is there at once, since it has its place beside the lines. @param {Intl.Locale} lang */
export function words({ language: code }) {
  return { label: LABELS[code] ?? LABELS.en, ...(parts[code] ?? ENGLISH) };
}

/** A number in words, none for zero. @param {Record<string, string>} forms by plural category (CLDR). */
export function plural(forms, count, lang) {
  return count ? (forms[new Intl.PluralRules(lang).select(count)] ?? forms.other).replace("#", count) : "";
}

/**
 * Base direction of a text (bidi): its language's, even if it begins with a foreign name, unless no letter
 * of it is of that direction. The same as in the service: nothing turns round when scripts run.
 */
export function directionOf(text, lang) {
  const [rtl, ltr] = [RTL_LETTER.test(text), LTR_LETTER.test(text)];
  if (rtl === ltr) return lang.dir;
  return rtl ? "rtl" : "ltr";
}
