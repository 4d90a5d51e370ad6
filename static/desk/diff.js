/** What changed between two texts, word by word (longest common subsequence). */
import { el } from "./dom.js";

/** Of the words of the longer text: with fewer in common the texts stand whole, one after the other. */
const ALIKE = 1 / 3;

/**
 * @param {string} before
 * @param {string} after
 * @returns {DocumentFragment} words, with `del` and `ins`.
 */
export function diff(before, after) {
  const [old, fresh] = [before, after].map((text) => text.split(/\s+/).filter(Boolean));
  const same = common(old, fresh);
  const alike = same.length >= ALIKE * Math.max(old.length, fresh.length);
  const result = document.createDocumentFragment();
  let [i, j] = [0, 0];
  for (const [oldEnd, freshEnd] of [...(alike ? same : []), [old.length, fresh.length]]) {
    const parts = [["del", old.slice(i, oldEnd)], ["ins", fresh.slice(j, freshEnd)], [null, old.slice(oldEnd, oldEnd + 1)]];
    for (const [tag, words] of parts) if (words.length) say(result, tag, words.join(" "));
    [i, j] = [oldEnd + 1, freshEnd + 1];
  }
  return result;
}

function say(result, tag, text) {
  if (result.lastChild) result.append(" ");
  result.append(tag ? el(tag, {}, text) : text);
}

/** Places of the common words: index in the one, index in the other. */
function common(old, fresh) {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      table[i][j] = old[i] === fresh[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  const places = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < fresh.length) {
    if (old[i] === fresh[j]) places.push([i++, j++]);
    else if (table[i + 1][j] >= table[i][j + 1]) i++;
    else j++;
  }
  return places;
}
