/** Feeds: a store kept by a link, shared by everything on the page that shows the same lines. */
import { Link } from "./link.js";
import { Store } from "./store.js";

const feeds = new Map();

/** Lines of one edition, live. Fires `change` ({detail}: what `Store.apply` says) and `status`. */
export class Feed extends EventTarget {
  #link;

  constructor(base, edition, filters) {
    super();
    this.store = new Store();
    this.link = "connecting";
    this.ready = false;
    this.#link = new Link({
      url: () => liveUrl(base, edition, filters, this.store.cursor),
      onmessage: (message) => this.#take(message),
      onstatus: (status) => this.#changed(status),
    });
  }

  /** connecting, live, reconnecting, stopped, or stale while the server has lost its store. */
  get status() {
    return this.link === "live" && this.store.stale ? "stale" : this.link;
  }

  close() {
    this.#link.close();
  }

  #take(message) {
    const before = this.status;
    const change = this.store.apply(message);
    change.first = message.type === "hello" && !this.ready;
    change.backfill = message.type === "hello";
    this.ready ||= message.type === "hello";
    this.dispatchEvent(new CustomEvent("change", { detail: change }));
    if (this.status !== before) this.dispatchEvent(new Event("status"));
  }

  #changed(link) {
    this.link = link;
    this.dispatchEvent(new Event("status"));
  }
}

/**
 * The feed for these lines; the same one for equal wishes. Give it back with `release`.
 * @param {string} base URL of the service.
 * @param {string} edition
 * @param {URLSearchParams} filters section, region, tag, coverage, urgency.
 */
export function acquire(base, edition, filters) {
  const key = liveUrl(base, edition, filters, "");
  if (!feeds.has(key)) feeds.set(key, { feed: new Feed(base, edition, filters), users: 0 });
  const entry = feeds.get(key);
  entry.users += 1;
  return { feed: entry.feed, release: () => queueMicrotask(() => release(key)) };
}

/** Runs when the page's own work is done: an element that only moved has come back by then. */
function release(key) {
  const entry = feeds.get(key);
  entry.users -= 1;
  if (entry.users > 0) return;
  feeds.delete(key);
  entry.feed.close();
}

function liveUrl(base, edition, filters, cursor) {
  const url = new URL(`/v1/${encodeURIComponent(edition)}/live`, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of filters) url.searchParams.append(name, value);
  if (cursor) url.searchParams.set("cursor", cursor);
  return url.href;
}
