/** Ellipsis at the beginning: of lines that begin alike what differs is to be seen. */

const segmenter = new Intl.Segmenter();
/** Characters that are kept before what differs: so many at least, and at most, to begin with a word. */
const LEAST = 6;
const MOST = 16;
/** A beginning that is no longer than this is seen with what follows. */
const SEEN = 16;

/**
 * @param {string[]} texts
 * @returns {string[]} each without what it begins with like another one.
 */
export function distinct(texts) {
  const split = texts.map((text) => Array.from(segmenter.segment(text), ({ segment }) => segment));
  return texts.map((text, index) => {
    const own = split[index];
    const others = split.filter((_, other) => texts[other] !== text);
    const alike = Math.min(own.length - 1, Math.max(0, ...others.map((other) => common(own, other))));
    const from = start(own, alike);
    return from > SEEN ? `… ${own.slice(from).join("")}` : text;
  });
}

/** How many characters two texts begin with alike. */
function common(one, other) {
  let count = 0;
  while (count < one.length && count < other.length && one[count] === other[count]) count++;
  return count;
}

/** The beginning of a word before what differs; somewhere in it where words are long, or not parted by spaces. */
function start(characters, alike) {
  const from = Math.max(0, alike - MOST);
  const space = characters.slice(from, Math.max(0, alike - LEAST)).lastIndexOf(" ");
  return space === -1 ? Math.max(0, alike - LEAST) : from + space + 1;
}
