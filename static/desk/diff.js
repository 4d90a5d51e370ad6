/** What changed between two texts, word by word (longest common subsequence). */
import { el } from "./dom.js";

/**
 * @param {string} before
 * @param {string} after
 * @returns {DocumentFragment} words, with `del` and `ins`.
 */
export function diff(before, after) {
  const [old, fresh] = [before, after].map((text) => text.split(/(\s+)/));
  const table = common(old, fresh);
  const result = document.createDocumentFragment();
  const say = (tag, word) => {
    if (tag && result.lastChild?.localName === tag) result.lastChild.append(word);
    else result.append(tag ? el(tag, {}, word) : word);
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      say(undefined, old[i++]);
      j++;
    } else if (j >= fresh.length || (i < old.length && table[i + 1][j] >= table[i][j + 1])) say("del", old[i++]);
    else say("ins", fresh[j++]);
  }
  return result;
}

function common(old, fresh) {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      table[i][j] = old[i] === fresh[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}
