/**
 * Cleaning of what was pasted, by the list of artefacts that the service has too: the same as
 * ticker/news/cleaning.py, with another word for who may do it.
 */

const PASSES = 8;
const ISOLATE = { "\u202A": "\u2066", "\u202B": "\u2067", "\u202D": "\u2066", "\u202E": "\u2067" };
const [POP, POP_ISOLATE] = ["\u202C", "\u2069"];
const CERTAIN = "certain";

/** @typedef {{rule: string, start: number, end: number, becomes: string | null}} Edit null: only an editor can know. */

/** The rules, ready for use. */
export class Cleaning {
  #rules;

  /** @param {{letThrough: string, rules: object[]}} artefacts */
  constructor({ letThrough, rules }) {
    const compiled = (pattern) => pattern && new RegExp(pattern.replaceAll("{letThrough}", () => letThrough), "gu");
    this.#rules = rules.map(({ pattern, needs, lacks, table = "", becomes = "", ...rule }) => ({
      ...rule, becomes, pattern: compiled(pattern), needs: compiled(needs), lacks: compiled(lacks), table: pairs(table),
    }));
  }

  /**
   * A text without what is certainly an artefact.
   * @param {string} text
   * @param {object} [options]
   * @param {string} [options.before] what stands before it, to be looked at only.
   * @param {string} [options.after] and behind it.
   * @param {string[]} [options.levels] which rules.
   * @param {string} [options.joint] what becomes of a line break.
   * @returns {{text: string, done: string[]}} what is left, and the name of the rule of each edit.
   */
  clean(text, { before = "", after = "", levels = [CERTAIN], joint = " " } = {}) {
    const rules = this.#rules.filter(({ level }) => levels.includes(level));
    const done = [];
    let now = text;
    for (let pass = 0; pass < PASSES; pass++) {
      const last = now;
      for (const rule of rules) {
        const edits = edited(rule, before + now + after, joint)
          .map((edit) => clipped(edit, before.length, before.length + now.length)).filter(Boolean);
        done.push(...edits.map(() => rule.name));
        now = applied(before + now + after, edits).slice(before.length, after ? -after.length : undefined);
      }
      if (now === last) return { text: now, done };
    }
    return { text, done: [] };
  }

  /**
   * Everything that a text holds of artefacts, certain ones and such as may be meant.
   * @returns {Edit[]} by rule, of which each place has the first.
   */
  find(text, joint = " ") {
    const taken = [];
    for (const rule of this.#rules) {
      for (const edit of edited(rule, text, joint)) {
        if (!taken.some(({ start, end }) => edit.start < end && start < edit.end)) taken.push(edit);
      }
    }
    return taken;
  }
}

/** @param {Edit[]} edits that don't overlap. */
export function applied(text, edits) {
  let [result, at] = ["", 0];
  for (const { start, end, becomes } of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + (becomes ?? text.slice(start, end));
    at = end;
  }
  return result + text.slice(at);
}

/** A table as words: name, text, name, text. */
function pairs(table) {
  const words = table.split(" ");
  return new Map(words.filter((_, n) => n % 2 === 0).map((name, n) => [name, words[2 * n + 1]]));
}

/** Where a rule finds something in a text. */
function edited(rule, text, joint) {
  const { pattern, needs, lacks, way, name } = rule;
  const has = (what) => text.search(what) >= 0;
  if ((needs && !has(needs)) || (lacks && has(lacks))) return [];
  if (way === "pairs") return unpaired(text).map((edit) => ({ ...edit, rule: name }));
  return [...text.matchAll(pattern)]
    .map(({ 0: found, index }) => ({ rule: name, start: index, end: index + found.length, becomes: replacement(rule, found, joint) }))
    .filter(({ becomes }) => becomes !== undefined);
}

/** What an edit is within a part of its text; of a break that goes beyond it there is a space already. */
function clipped(edit, from, to) {
  const [start, end] = [Math.max(edit.start, from), Math.min(edit.end, to)];
  if (start >= end) return null;
  return start === edit.start && end === edit.end ? edit : { ...edit, start, end, becomes: "" };
}

/** undefined: there is nothing to replace it by. */
function replacement({ way, table, becomes, name }, found, joint) {
  if (way === "none") return null;
  if (way === "table") return [...found].map((it) => table.get(it) ?? "").join("");
  if (way === "entity") return entity(found, table);
  if (way === "utf8") return decoded(found, table);
  return becomes && name === "break" ? joint : becomes;
}

/** Character reference → character. */
function entity(found, table) {
  const name = found.slice(1, -1).split(";").at(-1);
  if (!name.startsWith("#")) return table.get(name);
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(code);
  return table.get(character) ?? character;
}

/** UTF-8 that was read as Windows-1252, read as UTF-8. */
function decoded(found, table) {
  const bytes = new Map([...table].map(([control, character]) => [character, control.codePointAt(0)]));
  try {
    const octets = Uint8Array.from([...found].map((it) => bytes.get(it) ?? it.codePointAt(0)));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}

/** Embeddings and overrides become isolates; what opens or closes nothing goes (UAX 9, BD9). */
function unpaired(text) {
  const becomes = new Map();
  const opened = [];
  const isEmbedding = (at) => at !== undefined && text[at] in ISOLATE;
  for (const [at, character] of [...text.matchAll(/[\u202A-\u202E\u2066-\u2069]/gu)].map(({ 0: it, index }) => [index, it])) {
    becomes.set(at, "");
    if (character === POP) {
      if (!isEmbedding(opened.at(-1))) continue;
      const first = opened.pop();
      becomes.set(first, ISOLATE[text[first]]).set(at, POP_ISOLATE);
    } else if (character === POP_ISOLATE) {
      while (isEmbedding(opened.at(-1))) opened.pop();
      const first = opened.pop();
      if (first !== undefined) becomes.set(first, text[first]).set(at, POP_ISOLATE);
    } else opened.push(at);
  }
  return [...becomes].filter(([at, it]) => it !== text[at]).map(([at, it]) => ({ start: at, end: at + 1, becomes: it }));
}
