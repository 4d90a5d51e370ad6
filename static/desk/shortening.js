/** Ellipsis at the beginning: of lines that begin alike what differs is to be seen. */

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
/** Segments (UAX 29: words, and what is between them) that are kept before what differs. */
const LEAD = 2;
/** A beginning that is no longer than this is seen with what follows. */
const SEEN = 4;

/**
 * @param {string[]} texts
 * @returns {string[]} each without what it begins with like another one.
 */
export function distinct(texts) {
  const split = texts.map((text) => Array.from(segmenter.segment(text), ({ segment }) => segment));
  return texts.map((text, index) => {
    const words = split[index];
    const others = split.filter((_, other) => texts[other] !== text);
    const alike = Math.max(0, ...others.map((other) => common(words, other)));
    const from = Math.min(alike, words.length - 1) - LEAD;
    return from > SEEN ? `… ${words.slice(from).join("").trim()}` : text;
  });
}

/** How many segments two texts begin with alike. */
function common(one, other) {
  let count = 0;
  while (count < one.length && count < other.length && one[count] === other[count]) count++;
  return count;
}
