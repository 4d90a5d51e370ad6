/** Ellipsis at the beginning: of lines that begin alike what differs is to be seen. */

/** Words, and what is between them (UAX 29). */
const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
/** Characters that are kept before what differs, and up to the end of a word. */
const LEAD = 6;
/** A beginning that is no longer than this is seen with what follows. */
const SEEN = 16;

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
    let from = Math.min(alike, words.length - 1);
    for (let kept = 0; from > 0 && kept < LEAD; kept += words[from].length) from--;
    const begins = words.slice(0, from).join("").length;
    return begins > SEEN ? `… ${text.slice(begins).trim()}` : text;
  });
}

/** How many segments two texts begin with alike. */
function common(one, other) {
  let count = 0;
  while (count < one.length && count < other.length && one[count] === other[count]) count++;
  return count;
}
