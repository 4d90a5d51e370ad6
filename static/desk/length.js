/** Character counter: how long a line is as its reader counts, in grapheme clusters (UAX 29). */
import { el, fill } from "./dom.js";

const segmenter = new Intl.Segmenter();

/** @param {string} text U+200B, where a line may break, is no character to a reader. */
export function length(text) {
  return [...segmenter.segment(text.replaceAll("\u200B", "").normalize("NFC").trim())].length;
}

/**
 * Says where a line fits, in words too.
 * @param {Element} place
 * @param {string} text
 * @param {Record<string, number>} targets name → characters; `max` is the end.
 * @param {object} words
 */
export function measure(place, text, { max, ...targets }, words) {
  const size = length(text);
  const parts = Object.entries(targets).map(([name, limit]) => {
    const fits = size <= limit;
    return el("span", { className: size === 0 ? "" : fits ? "fits" : "over" }, `${fill(fits ? words.fits : words.over, { name })} · ${limit}`);
  });
  const left = max - size;
  const rest = fill(left < 0 ? words.too_long : words.left, { count: Math.abs(left) });
  place.replaceChildren(el("span", { className: "count" }, String(size)), ...parts, el("span", { className: left < 0 ? "too-long" : "" }, rest));
}
