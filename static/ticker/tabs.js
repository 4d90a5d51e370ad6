/**
 * Leader election among the tabs of an origin, so that one connection does for all: the tab that holds the
 * lock leads, the others listen to it (Web Locks, BroadcastChannel). Where a browser withholds these,
 * every tab leads itself.
 */

const ANSWER_MS = 2000;
/** Watchdog of those who follow: after this the leader is asked. Where beats are rarer it answers, and no more. */
const SILENCE_MS = 65_000;
const HEARD_MAX = 500;

/** This tab among those of its origin. */
export class Tabs {
  #channel = null;
  #request = null;
  #resign = null;
  #timer = 0;
  /** The question that is open: an answer to another one may be older than what we have. */
  #question = 0;

  /** Whether this tab has the connection. */
  leads = false;
  /** What other tabs have seen, newest first. */
  heard = [];

  /**
   * @param {string} key what is shared.
   * @param {object} part
   * @param {() => void} part.lead connect: the lines are ours to bring.
   * @param {() => void} part.leave disconnect.
   * @param {() => object} part.answer all we know, as a post for a tab that has just come.
   * @param {(post: object) => boolean} part.hear a post of the leader's; whether nothing is missing before it.
   */
  constructor(key, part) {
    Object.assign(this, part, { key });
  }

  /** Take part. */
  start() {
    if (this.#channel || this.leads) return;
    try {
      this.#channel = new BroadcastChannel(this.key);
      this.#channel.onmessage = ({ data }) => this.#take(data);
      this.#queue();
      this.ask();
    } catch {
      this.#lead();
    }
  }

  /** Take no more part, until `start`. */
  stop() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#resign?.();
    this.#channel?.close();
    this.#channel = null;
    this.#stepDown();
  }

  /** Tell the other tabs. */
  post(post) {
    this.#channel?.postMessage(post);
  }

  /** Have the leader say all it knows; one that doesn't answer has fallen asleep, and is followed no more. */
  ask() {
    if (this.leads) return;
    this.#question = Math.random();
    this.post({ ask: this.#question });
    this.#expect(ANSWER_MS, () => this.#queue({ steal: true }));
  }

  /** Whether all tabs that wait behind this one, those that stand still too, have seen a thing. */
  async agree(thing) {
    if (!this.#resign) return true;
    const { pending } = await navigator.locks.query();
    return pending.filter(({ name }) => name === this.key).length <= this.heard.filter((it) => it === thing).length;
  }

  #take(post) {
    if (post.seen) this.heard = [post.seen, ...this.heard.slice(0, HEARD_MAX)];
    else if (post.ask) {
      if (this.leads) this.post({ to: post.ask, ...this.answer() });
    } else if (!this.leads && (!post.to || post.to === this.#question)) {
      this.#expect(SILENCE_MS, () => this.ask());
      if (this.hear(post)) this.#question = 0;
      // A question of before anybody led was heard by nobody.
      else if (!post.to) this.ask();
    }
  }

  #expect(ms, otherwise) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(otherwise, ms);
  }

  /** Our turn comes when the leader's tab closes. */
  #queue(how) {
    this.#request?.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    const turn = () => {
      if (signal.aborted) return null;
      this.#lead();
      return new Promise((done) => (this.#resign = done));
    };
    navigator.locks.request(this.key, how ?? { signal }, turn).catch(({ name }) => {
      if (signal.aborted) return;
      // Stolen from us; anything else is a browser that withholds locks.
      if (name !== "AbortError") return this.#lead();
      this.#stepDown();
      this.#queue();
      this.ask();
    });
  }

  #lead() {
    clearTimeout(this.#timer);
    this.leads = true;
    this.lead();
  }

  #stepDown() {
    if (this.leads) this.leave();
    this.leads = false;
  }
}
