/**
 * Reconnection: one live connection that comes back by itself, from where it was. No DOM beyond wake-up
 * events. Banners and the desk have this one.
 *
 * Exponential backoff with full jitter from the first try on, so that a thousand browsers that lost one
 * server do not return in one moment. A watchdog gives a connection up whose heartbeat is missing. A
 * transport that gives no hello is left for the next one of the ladder (fallback).
 */
import { decode } from "./frames.js";
import { poll, socket, stream } from "./transports.js";

const LADDER = [socket, socket, stream, poll];
const BASE_MS = 500;
const CAP_MS = 30_000;
const HEALTHY_MS = 10_000;
const GREETING_MS = 8000;
const CLIMB_MS = 600_000;
const GRACE_MS = 2000;
const DEAD_BEATS = 1.5;
const LATE_BEATS = 1.1;
const FIRST_BEAT_S = 50;

/** Follows one edition. */
export class Link {
  #leave = null;
  #timers = [];
  #watchdog = 0;
  #grace = 0;
  #rung = 0;
  #greeted = false;
  #failures = 0;
  #patience = 0;
  #due = 0;
  #heard = 0;
  #said = "";
  #life = new AbortController();

  /**
   * @param {object} options
   * @param {() => {live: string, board: string}} options.where URLs to ask now, with the cursor.
   * @param {(message: object, text: string) => void} options.hear takes each message.
   * @param {(status: string) => void} options.say takes live, reconnecting or stopped, when it changes.
   * @param {Function[]} [options.ladder] transports, best first.
   * @param {string[]} [options.topics] types of message beside those of the protocol.
   * @param {number} [options.cap] milliseconds that a wait may have at most.
   * @param {number} [options.grace] milliseconds until a break is said.
   */
  constructor({ ladder = LADDER, topics = [], cap = CAP_MS, grace = GRACE_MS, ...options }) {
    Object.assign(this, { ladder, topics, cap, grace }, options);
    const { signal } = this.#life;
    addEventListener("online", () => this.wake(true), { signal });
    addEventListener("offline", () => this.#tell("reconnecting"), { signal });
    this.#open();
  }

  /**
   * Connect now if we are not connected, however long the next try is away; or if a beat is late:
   * after a sleep a connection may look open though its time is up, since timers slept too.
   * @param {boolean} [anew] the network is another one; what is open is most likely dead.
   */
  wake(anew) {
    if (this.#life.signal.aborted || (!anew && this.#leave && Date.now() - this.#heard < this.#due)) return;
    this.#failures = 0;
    this.#open();
  }

  /** End for good. */
  close() {
    this.#life.abort();
    clearTimeout(this.#grace);
    this.#drop();
  }

  #open() {
    this.#drop();
    this.#greeted = false;
    this.#patience = this.#due = GREETING_MS;
    this.#watch();
    try {
      this.#leave = this.ladder[this.#rung](this.where(), (text) => this.#take(text), (stop) => this.#lost(stop));
    } catch (error) {
      // A browser refuses some addresses outright, such as `ws:` on a secure page.
      console.error(error);
      this.#lost();
    }
  }

  #take(text) {
    const message = decode(text, this.topics);
    if (message?.type === "hello" && !this.#greeted) this.#greet(message);
    this.#watch();
    // A browser may think itself offline and still be connected.
    if (this.#greeted) this.#tell("live");
    if (message) this.hear(message, text);
  }

  #greet({ beat }) {
    this.#greeted = true;
    this.#rung = this.ladder.indexOf(this.ladder[this.#rung]);
    const every = (beat > 0 ? beat : FIRST_BEAT_S) * 1000;
    this.#patience = every * DEAD_BEATS;
    this.#due = every * LATE_BEATS;
    this.#grace = clearTimeout(this.#grace);
    this.#timers.push(setTimeout(() => (this.#failures = 0), HEALTHY_MS));
    if (this.#rung) this.#timers.push(setTimeout(() => this.#climb(), CLIMB_MS));
  }

  #tell(status) {
    if (status === this.#said) return;
    this.#said = status;
    this.say(status);
  }

  /** Where a lesser way has to do, look now and then whether the best one goes again. */
  #climb() {
    this.#rung = 0;
    this.#open();
  }

  /** Watchdog: a connection can be dead and say nothing; missing heartbeats tell. */
  #watch() {
    clearTimeout(this.#watchdog);
    this.#heard = Date.now();
    this.#watchdog = setTimeout(() => this.#lost(), this.#patience);
  }

  /** Backs off. Says so after a moment only: most breaks are over before a reader could have read it. */
  #lost(stop) {
    this.#drop();
    if (stop) {
      this.close();
      this.#tell("stopped");
      return;
    }
    if (!this.#greeted) this.#rung = (this.#rung + 1) % this.ladder.length;
    this.#grace ||= setTimeout(() => this.#tell("reconnecting"), this.grace);
    const ceiling = Math.min(this.cap, BASE_MS * 2 ** this.#failures++);
    this.#timers.push(setTimeout(() => this.#open(), Math.random() * ceiling));
  }

  #drop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    clearTimeout(this.#watchdog);
    this.#leave?.();
    this.#leave = null;
  }
}
