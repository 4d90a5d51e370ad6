/** Autosave of the line that is being written, in localStorage: it survives reload and outage. */
import { uuid } from "./dom.js";

/** One line, with its idempotency key: it is published once, however often that is tried. */
export class Unsent {
  #place;

  /** @param {{user: string, edition: string}} about */
  constructor({ user, edition }) {
    this.#place = `ticker unsent ${user} ${edition}`;
    const kept = this.#read();
    this.fields = kept?.fields ?? null;
    this.key = kept?.key ?? uuid();
    /** How it is sent: as a draft, or after a hold. */
    this.query = kept?.query ?? null;
    /** typing; sending from the moment that it may be out. */
    this.state = kept?.state ?? "typing";
    /** The draft that is being written on: its id and version. */
    this.draft = kept?.draft ?? null;
  }

  keep(fields, state = "typing", query = null) {
    Object.assign(this, { fields, state, query });
    const { key, draft } = this;
    localStorage.setItem(this.#place, JSON.stringify({ fields, key, state, query, draft }));
  }

  /** What is sent from here on is another line. */
  renew() {
    localStorage.removeItem(this.#place);
    Object.assign(this, { fields: null, state: "typing", query: null, draft: null, key: uuid() });
  }

  /** It was refused: it may be changed and sent anew. */
  refused() {
    this.key = uuid();
    this.keep(this.fields);
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.#place));
    } catch {
      return null;
    }
  }
}
