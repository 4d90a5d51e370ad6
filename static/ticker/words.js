/** The widget's words, by language; English where we lack one. */
import ar from "./lang/ar.js";
import en from "./lang/en.js";
import es from "./lang/es.js";

const LANGUAGES = { ar, en, es };
const RTL = new Set(["ar", "fa", "he", "ur"]);

/** @param {string} lang BCP 47. */
export function words(lang) {
  return LANGUAGES[primary(lang)] ?? en;
}

/** Direction of a language's script. @param {string} lang BCP 47. */
export function direction(lang) {
  return RTL.has(primary(lang)) ? "rtl" : "ltr";
}

function primary(lang) {
  return lang.split("-")[0].toLowerCase();
}
