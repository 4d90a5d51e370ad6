/** Live editions: one replica of an edition's board for everything on a page, one connection for all tabs of an origin. */
import { recall, remember } from "./cache.js";
import { decode } from "./frames.js";
import { Link } from "./link.js";
import { report } from "./screens.js";
import { Store } from "./store.js";
import { Tabs } from "./tabs.js";
import { View } from "./view.js";

const KEEP_MS = 1000;
const editions = new Map();

/** One edition, whole. Tells its views what changed. */
class LiveEdition {
  #path;
  #key;
  #link = null;
  #tabs;
  #status = "connecting";
  #greeted = false;
  /** Whether the board is that of the tab with the connection, or of our own connection. */
  #current = false;
  #cached = false;
  #failed = false;
  #keeping = 0;
  #heard = Date.now();
  #life = new AbortController();

  views = new Set();
  /** Whether the page was served with lines. */
  brought = false;
  store = new Store();
  /** Ids and versions that were said aloud on this page. */
  said = new Set();

  constructor(path) {
    this.#path = path;
    this.#key = `ticker ${path}`;
    this.#tabs = new Tabs(this.#key, {
      lead: () => this.#connect(),
      leave: () => this.#link.close(),
      answer: () => this.#answer(),
      hear: (post) => this.#follow(post),
    });
    const { signal } = this.#life;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(window, "pagehide", () => this.#tabs.stop());
    on(window, "pageshow", (event) => event.persisted && this.#return());
    on(document, "freeze", () => this.#tabs.stop());
    on(document, "resume", () => this.#return());
    on(document, "visibilitychange", () => document.hidden || this.#wake());
    on(document, "securitypolicyviolation", (violation) => this.#forbid(violation));
    this.#tabs.start();
  }

  /** Whether there are lines, or none for certain. */
  get ready() {
    return this.#greeted || this.#cached;
  }

  /** connecting, live, reconnecting, stopped; stale where what is shown is known to be old. */
  get status() {
    const live = this.#status === "live";
    const old = live ? this.store.stale || this.#failed : this.#cached && this.#status !== "stopped";
    if (old) return "stale";
    return live && !this.#current ? "connecting" : this.#status;
  }

  /** Since when lines may be missing, our clock, milliseconds since 1970. */
  get since() {
    const { stale, skew } = this.store;
    return stale ? Date.parse(stale) - skew : this.#heard;
  }

  /** URL of one of the edition's resources. */
  url(name, fields) {
    return `${this.#path}/${name}?${new URLSearchParams(fields)}`;
  }

  /** Lines from before the board. */
  seed(flashes, matches) {
    this.#tell({ changes: this.store.seed(flashes, matches), backfill: true });
  }

  /** Do what must not fail unseen: where something failed, the page may show what isn't so. */
  attempt(work) {
    try {
      work();
    } catch (error) {
      const known = this.#failed;
      this.#failed = true;
      if (!known) this.#hear({});
      reportError(error);
    }
  }

  close() {
    this.#life.abort();
    this.#tabs.stop();
    clearTimeout(this.#keeping);
  }

  #connect() {
    this.#current = false;
    this.#link = new Link({
      where: () => {
        const { cursor } = this.store;
        return { live: this.url("live", cursor && { cursor }), board: this.url("flashes") };
      },
      hear: (message, text) => {
        const from = message.reset ? undefined : this.store.cursor;
        this.#hear({ message });
        this.#tabs.post({ text, from });
      },
      say: (status) => {
        this.#hear({ status });
        this.#tabs.post({ status });
      },
    });
  }

  /** Content Security Policy: where this page's own lets nothing through to us, there is no use in trying. */
  #forbid({ blockedURI }) {
    // A socket (`wss:`) alone may be forbidden, there are other ways; or all but the socket.
    if (!this.#tabs.leads || this.#status === "live" || !blockedURI.startsWith(this.#path)) return;
    console.error(`connect-src of this page forbids ${this.#path}`);
    this.close();
    this.#hear({ status: "stopped" });
  }

  #answer() {
    this.#wake();
    const told = { text: this.#greeted && this.#snapshot(), heard: this.#heard };
    // Who has the connection only just may know less than others do, and tells those alone who know nothing.
    return this.#current ? { ...told, status: this.#status } : { ...told, status: "connecting", from: "" };
  }

  /** What the tab with the connection tells is ours if it is a whole board, or goes on from where we are. */
  #follow({ text, from, ...post }) {
    const message = decode(text);
    if (message) this.#current = from === undefined ? message.reset : from === this.store.cursor;
    this.#hear({ ...post, message: this.#current && message });
    return this.#current;
  }

  /** The page was put away as it stood, and nobody told it anything. */
  #return() {
    this.#current = false;
    this.#hear({});
    this.#tabs.start();
  }

  /** All we know, as a hello: for another tab or another day. */
  #snapshot() {
    const { cursor, skew, stale, board, lang, dir, titles } = this.store;
    const now = new Date(Date.now() + skew);
    return JSON.stringify({ type: "hello", reset: true, cursor, flashes: this.store.lines(), now, stale, board, lang, dir, titles });
  }

  #wake() {
    if (this.#tabs.leads) this.#link.wake();
    else this.#tabs.ask();
  }

  #hear({ message, status, heard = Date.now() }) {
    if (message) this.attempt(() => this.#take(message, heard));
    if (status) this.#status = status;
    if (status === "reconnecting" && !this.ready) this.#recall();
    for (const view of this.views) view.tell("status");
  }

  #take(message, heard) {
    const { reset, again, type } = message;
    const hello = type === "hello";
    const first = !this.#greeted;
    if (hello) {
      this.#greeted = true;
      this.#current ||= this.#tabs.leads;
      this.#cached = false;
      this.#status = "live";
    }
    if (reset) this.#failed = false;
    this.#heard = heard;
    const seeded = (flash) => [...this.views].some((view) => view.filtered && view.matches(flash));
    const changes = this.store.apply(message, Date.now(), seeded);
    this.#tell({ changes, first, backfill: hello && !again, reset });
    this.#keep(changes);
    if (message.ask && !this.#failed) report(message, this.#tabs, this);
  }

  #tell(change) {
    for (const view of this.views) view.take(change);
  }

  /** Offline cache: the last board is better than none, and no better than what the page brought; it says how old it is. */
  #recall() {
    const kept = decode(recall(this.#key));
    if (!kept || this.brought) return;
    const changes = this.store.apply({ ...kept, now: null, cursor: "" });
    this.#heard = Date.parse(kept.now);
    this.#cached = true;
    this.#tell({ changes, first: true, backfill: true });
  }

  /** Debounced, but a killed line must not come back from what was kept. */
  #keep(changes) {
    clearTimeout(this.#keeping);
    const killed = changes.some(([, after]) => !after);
    const keep = () => remember(this.#key, this.#snapshot());
    if (this.#tabs.leads) this.#keeping = killed ? keep() : setTimeout(keep, KEEP_MS);
  }
}

/**
 * The lines of an edition that pass the filters. Give them back with `release`.
 * @param {string} base URL of the service.
 * @param {string} edition
 * @param {URLSearchParams} filters section, region, tag, coverage, urgency.
 * @param {boolean} [brought] whether the page was served with lines, as they stood when it was asked for.
 * @returns {{view: View, release: () => void}}
 */
export function acquire(base, edition, filters, brought) {
  const path = new URL(`/v1/${encodeURIComponent(edition)}`, base).href;
  const live = editions.get(path) ?? new LiveEdition(path);
  editions.set(path, live);
  live.brought ||= brought;
  const view = new View(live, filters);
  live.views.add(view);
  return { view, release: () => release(path, live, view) };
}

/** The edition is let go when the page's own work is done: an element that only moved has come back by then. */
function release(path, live, view) {
  view.close();
  queueMicrotask(() => {
    live.views.delete(view);
    if (live.views.size || editions.get(path) !== live) return;
    editions.delete(path);
    live.close();
  });
}
