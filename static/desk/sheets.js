/** Sheets: unsent texts, each kept in localStorage until it is sent or thrown away by hand. */
import { uuid } from "./dom.js";

/**
 * One unsent text, with its idempotency key: it is sent once, however often that is tried.
 * @typedef {object} Sheet
 * @property {string} id
 * @property {"new"|"draft"|"waiting"|"correct"|"refile"} kind `draft` and `waiting` change a line that is not out; a
 *   draft may be let go with it.
 * @property {?{id: string, version: number, stage: ?string, fields: object}} of the line that it changes, as it was.
 * @property {object} fields what is written on it.
 * @property {"typing"|"counting"|"sending"|"held"} state `sending` from the moment that it may be out.
 * @property {?object} query how it is sent.
 * @property {object} [also] other editions that a new line goes to → "draft" or "line".
 * @property {?object[]} [others] what became of it there: {edition, id, version, problem}.
 * @property {string} key
 * @property {?{id: string, version: number, until: number}} held the line that waits at the service.
 * @property {?number} [sent] ms, when it was first sent under its key.
 * @property {number} made ms.
 * @property {string} writing of whoever wrote it last: another tab's is never written over.
 */

/** All sheets of one user in one edition, of every tab. */
export class Shelf {
  /** Whether the browser had no room for the last one that was to be kept: it is in this tab alone. */
  full = false;
  #prefix;
  #opened;
  #taken;

  /**
   * @param {{user: string, edition: string}} about
   * @param {import("./taken.js").Taken} tabs
   */
  constructor({ user, edition }, tabs) {
    this.#prefix = `ticker sheet ${user} ${edition} `;
    this.#opened = `ticker open ${edition}`;
    this.#taken = tabs;
  }

  /** Id of the sheet in this tab's box, which a reload brings back. */
  get open() {
    return sessionStorage.getItem(this.#opened);
  }

  set open(id) {
    sessionStorage.setItem(this.#opened, id);
  }

  /** A sheet with nothing on it, which is not kept yet. */
  blank(fields = {}, kind = "new", of = null) {
    return { id: uuid(), kind, of, fields, state: "typing", query: null, key: uuid(), held: null, made: Date.now(), writing: "" };
  }

  /** @returns {Sheet[]} oldest first. */
  all() {
    const sheets = Object.keys(localStorage).filter((name) => name.startsWith(this.#prefix)).map((name) => this.#read(name));
    return sheets.filter(Boolean).sort((one, other) => one.made - other.made);
  }

  /** @param {?string} id */
  get(id) {
    return this.#read(this.#prefix + id);
  }

  /** Keep it. If another tab has written on it, or sent it, this is a sheet of its own from here on. */
  keep(sheet) {
    const kept = this.get(sheet.id);
    if ((kept?.writing ?? "") !== sheet.writing) this.#part(sheet);
    sheet.writing = uuid();
    try {
      localStorage.setItem(this.#prefix + sheet.id, JSON.stringify(sheet));
      this.full = false;
    } catch {
      this.full = true;
    }
  }

  /** It is sent, or thrown away. */
  drop(sheet) {
    localStorage.removeItem(this.#prefix + sheet.id);
    sheet.writing = "";
  }

  /** @param {(sheet: ?Sheet, id: string) => void} hear of what another tab does to a sheet; null: it is gone. */
  listen(hear) {
    addEventListener("storage", ({ key }) => {
      if (key?.startsWith(this.#prefix)) hear(this.#read(key), key.slice(this.#prefix.length));
    });
  }

  /** @param {() => string[]} mine ids of the sheets that are in this tab's hands: in its box, on their way. */
  claim(mine) {
    this.#taken.claim(mine);
  }

  /** @returns {Promise<{sheets: Sheet[], alone: boolean}>} those in no tab's hands; whether this is the only tab. */
  async orphans() {
    const { ids, alone } = await this.#taken.ask();
    return { sheets: this.all().filter(({ id }) => !ids.has(id)), alone };
  }

  #part(sheet) {
    Object.assign(sheet, { id: uuid(), key: uuid(), made: Date.now() });
  }

  #read(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }
}

/** Whether there is anything on a sheet that would be missed. */
export function isWritten({ of, fields }) {
  if (of) return changes(of.fields, fields).length > 0;
  // More than the urgency, which is always there.
  return Object.keys(fields).some((name) => name !== "urgency");
}

/**
 * Names of the fields that differ. What is empty has no value on either side.
 * @param {object} before
 * @param {object} after
 */
export function changes(before, after) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
