/** Client of the editors' HTTP, with the session's CSRF token, If-Match and Idempotency-Key. */
import { sentence, sentences } from "./faults.js";

/** What the service said no to. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {object} problem RFC 9457.
   * @param {object} words
   */
  constructor(status, problem, words) {
    const { lang } = document.documentElement;
    super(sentence(status, problem, words, lang));
    this.status = status;
    /** Names of the fields, or parameters, that are wrong. */
    this.fields = (problem.errors ?? []).map(({ field }) => field);
    /** What is wrong with which field: {field, said}. */
    this.faults = sentences(status, problem, words, lang);
  }
}

/** Whether the outcome is unknown, so that only the same request under the same key may follow. */
export function isUnknown(error) {
  return !(error instanceof Refused) || error.status >= 500;
}

/** Talks to one edition. */
export class Api {
  #csrf;

  /**
   * @param {{edition: string, csrf: string}} about
   * @param {object} words
   */
  constructor({ edition, csrf }, words) {
    this.edition = edition;
    this.words = words;
    this.#csrf = csrf;
  }

  publish(fields, query, key) {
    return this.#ask("POST", `flashes?${new URLSearchParams(query)}`, { body: fields, key });
  }

  /** @param {object[]} lines each with its `edition`. */
  publishAll(lines, query, key) {
    return this.#ask("POST", `/v1/flashes?${new URLSearchParams(query)}`, { body: lines, key });
  }

  /** Ends a line of any edition before it is out. */
  stop(edition, id, version) {
    return this.#ask("DELETE", `/v1/${edition}/flashes/${id}?reason=stopped`, { version });
  }

  change(id, fields, { version, key, refile, edition = this.edition }) {
    return this.#ask("PATCH", `/v1/${edition}/flashes/${id}${refile ? "?refile=true" : ""}`, { body: fields, version, key });
  }

  release(id, hold, { version, key } = {}) {
    return this.#ask("POST", `flashes/${id}/release?hold=${hold}`, { version, key });
  }

  kill(id, reason, { version } = {}) {
    return this.#ask("DELETE", `flashes/${id}?${new URLSearchParams({ reason })}`, { version });
  }

  /** Lines that the readers of any edition see. */
  board(edition) {
    return this.#ask("GET", `/v1/${edition}/flashes`);
  }

  /** What waits in any edition. */
  queue(edition) {
    return this.#ask("GET", `/v1/${edition}/queue`);
  }

  /** @returns {Promise<{versions: object}>} edition → its version of a story. */
  story(key) {
    return this.#ask("GET", `/desk/${this.edition}/stories/${encodeURIComponent(key)}`);
  }

  versions(id, edition = this.edition) {
    return this.#ask("GET", `/v1/${edition}/flashes/${id}/versions`);
  }

  /**
   * The first page of what is found; `more` says whether there is another.
   * @param {URLSearchParams} query
   * @param {AbortSignal} signal
   */
  search(query, signal) {
    return this.#ask("GET", `flashes?${query}`, { signal, paged: true });
  }

  /** Of a running story, by its slug. */
  storyTitle(slug) {
    return this.#ask("GET", `coverages/${encodeURIComponent(slug)}`);
  }

  /** @param {?string} title null: none of an editor's. */
  entitle(slug, title) {
    return this.#ask("PUT", `coverages/${encodeURIComponent(slug)}`, { body: { title } });
  }

  lint(line) {
    return this.#ask("POST", `/desk/${this.edition}/lint`, { body: line });
  }

  checked(id) {
    return this.#ask("POST", `/desk/${this.edition}/checked/${id}`);
  }

  writing(desk, id) {
    return this.#ask("POST", `/desk/${this.edition}/writing`, { body: { desk, id } });
  }

  /** A problem, in the editor's words. */
  refused(status, problem) {
    return new Refused(status, problem, this.words);
  }

  async #ask(method, path, { body, key, version, signal, paged = false } = {}) {
    const headers = { Accept: "application/json", "X-CSRF-Token": this.#csrf };
    if (body) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    if (version) headers["If-Match"] = `"${version}"`;
    const url = path.startsWith("/") ? path : `/v1/${this.edition}/${path}`;
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal }).catch((error) => {
      throw new Error(this.words.offline, { cause: error });
    });
    const text = await answer.text();
    const data = text ? JSON.parse(text) : null;
    if (answer.ok) return paged ? { ...data, more: answer.headers.has("Link") } : data;
    throw this.refused(answer.status, data ?? {});
  }
}
