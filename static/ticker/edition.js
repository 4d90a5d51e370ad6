/** Live editions: one replica of an edition's board for everything on a page, one connection for all tabs of an origin. */
import { recall, remember } from "./cache.js";
import { decode } from "./frames.js";
import { Link } from "./link.js";
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
  #cached = false;
  #keeping = 0;
  #heard = Date.now();
  #life = new AbortController();

  views = new Set();
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
      hear: ({ text, status }) => this.#hear(decode(text), status),
    });
    const { signal } = this.#life;
    addEventListener("pagehide", () => this.#tabs.stop(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#tabs.start(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake(), { signal });
    this.#tabs.start();
  }

  /** Whether there are lines, or none for certain. */
  get ready() {
    return this.#greeted || this.#cached;
  }

  /** connecting, live, reconnecting, stopped; stale where what is shown is known to be old. */
  get status() {
    const { stale } = this.store;
    const old = this.#status === "live" ? stale : this.#cached && this.#status !== "stopped";
    return old ? "stale" : this.#status;
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

  close() {
    this.#life.abort();
    this.#tabs.stop();
    clearTimeout(this.#keeping);
  }

  #connect() {
    this.#link = new Link({
      where: () => {
        const { cursor } = this.store;
        return { live: this.url("live", cursor && { cursor }), board: this.url("flashes") };
      },
      hear: (message, text) => {
        this.#hear(message);
        this.#tabs.post({ text });
      },
      say: (status) => {
        this.#hear(null, status);
        this.#tabs.post({ status });
      },
    });
  }

  #answer() {
    this.#wake();
    return { status: this.#status, text: this.#greeted && this.#snapshot() };
  }

  /** All we know, as a hello: for another tab or another day. */
  #snapshot() {
    const { cursor, skew, stale, board, titles } = this.store;
    const now = new Date(Date.now() + skew);
    return JSON.stringify({ type: "hello", reset: true, cursor, flashes: this.store.lines(), now, stale, board, titles });
  }

  #wake() {
    if (this.#tabs.leads) this.#link.wake();
    else this.#tabs.ask();
  }

  #hear(message, status) {
    if (message) this.#take(message);
    if (status) this.#status = status;
    if (status === "reconnecting" && !this.ready) this.#recall();
    for (const view of this.views) view.tell("status");
  }

  #take(message) {
    const { reset, again, type } = message;
    const hello = type === "hello";
    const seeded = (flash) => [...this.views].some((view) => view.filtered && view.matches(flash));
    const changes = this.store.apply(message, Date.now(), seeded);
    const first = !this.#greeted;
    this.#heard = Date.now();
    if (hello) {
      this.#greeted = true;
      this.#cached = false;
      this.#status = "live";
    }
    this.#tell({ changes, first, backfill: hello && !again, reset });
    this.#keep(changes);
  }

  #tell(change) {
    for (const view of this.views) view.take(change);
  }

  /** Offline cache: the last board is better than none; it says how old it is. */
  #recall() {
    const kept = decode(recall(this.#key));
    if (!kept) return;
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
 * @returns {{view: View, release: () => void}}
 */
export function acquire(base, edition, filters) {
  const path = new URL(`/v1/${encodeURIComponent(edition)}`, base).href;
  const live = editions.get(path) ?? new LiveEdition(path);
  editions.set(path, live);
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
