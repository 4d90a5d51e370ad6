/**
 * Reconnection: one live connection that comes back by itself, from where it was. No DOM beyond wake-up
 * events. Banners and the desk have this one.
 *
 * Exponential backoff with full jitter from the first try on, so that a thousand browsers that lost one
 * server do not return in one moment. A watchdog gives a connection up whose heartbeat is missing.
 *
 * A transport that gives no hello is left for the next one of the ladder (fallback) only where the service
 * answered plain HTTP both before and after that try: otherwise nothing is known of it but that the
 * service is away, and the way to return to is the one that has worked on this page.
 */
import { decode } from "./frames.js";
import { ask, poll, socket, stream } from "./transports.js";

const LADDER = [socket, stream, poll];
const BASE_MS = 500;
/** Where the service says that it is busy it gets its time; one that is away is not kept from anything. */
const BUSY_CAP_MS = 30_000;
const AWAY_CAP_MS = 4000;
const HEALTHY_MS = 10_000;
const GREETING_MS = 8000;
const CLIMB_MS = 600_000;
const CLIMB_SOON_MS = 5000;
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
  /** The rung that greeted last. */
  #proved = 0;
  /** What came of asking the service when a way gave no hello: up, busy or away. */
  #found = "";
  #climbs = CLIMB_MS;
  #greeted = false;
  #failures = 0;
  #patience = 0;
  #due = 0;
  #heard = 0;
  #said = "";
  #life = new AbortController();

  /**
   * @param {object} options
   * @param {() => {live: string, board?: string}} options.where URLs to ask now, with the cursor.
   * @param {(message: object, text: string) => void} options.hear takes each message.
   * @param {(status: string) => void} options.say takes live, reconnecting or stopped, when it changes.
   * @param {Function[]} [options.ladder] transports, best first; more than one need a board to ask for.
   * @param {string[]} [options.topics] types of message beside those of the protocol.
   * @param {number} [options.grace] milliseconds until a break is said.
   */
  constructor({ ladder = LADDER, topics = [], grace = GRACE_MS, ...options }) {
    Object.assign(this, { ladder, topics, grace }, options);
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
    if (anew) this.#rung = 0;
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
      this.#leave = this.ladder[this.#rung](this.where(), (text) => this.#take(text), (why) => this.#lost(why));
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
    if (message) this.hear(message, text);
    // A browser may think itself offline and still be connected.
    if (this.#greeted) this.#tell("live");
  }

  #greet({ beat }) {
    this.#greeted = true;
    this.#proved = this.#rung;
    const every = (beat > 0 ? beat : FIRST_BEAT_S) * 1000;
    this.#patience = every * DEAD_BEATS;
    this.#due = every * LATE_BEATS;
    this.#grace = clearTimeout(this.#grace);
    this.#timers.push(setTimeout(() => (this.#failures = 0), HEALTHY_MS));
    if (this.#rung) this.#timers.push(setTimeout(() => this.#climb(), this.#climbs));
    this.#climbs = this.#rung ? Math.min(CLIMB_MS, 2 * this.#climbs) : CLIMB_SOON_MS;
  }

  #tell(status) {
    if (status === this.#said) return;
    this.#said = status;
    this.say(status);
  }

  /** Where a lesser way has to do, look now and then whether the best one goes again: soon, if it did before. */
  #climb() {
    this.#rung = 0;
    this.#found = "up";
    this.#open();
  }

  /** Watchdog: a connection can be dead and say nothing; missing heartbeats tell. */
  #watch() {
    clearTimeout(this.#watchdog);
    this.#heard = Date.now();
    this.#watchdog = setTimeout(() => this.#lost(), this.#patience);
  }

  /** Says so after a moment only: most breaks are over before a reader could have read it. */
  #lost(why) {
    this.#drop();
    if (why === "stop") {
      this.close();
      this.#tell("stopped");
      return;
    }
    this.#grace ||= setTimeout(() => this.#tell("reconnecting"), this.grace);
    if (this.#greeted || why || !this.where().board) this.#retry(why || "away");
    else this.#ask();
  }

  #ask() {
    this.#drop();
    this.#leave = ask(this.where(), () => this.#retry("up"), (why) => this.#lost(why));
    this.#timers.push(setTimeout(() => this.#retry("away"), GREETING_MS));
  }

  /** Backs off; anew where the service begins to answer. */
  #retry(found) {
    this.#drop();
    const same = found === this.#found;
    this.#found = found;
    if (found !== "up") this.#rung = this.#proved;
    else if (same) this.#rung = Math.max(this.#rung + 1, this.#proved) % this.ladder.length;
    if (!same && found !== "away") this.#failures = 0;
    const count = this.#failures++;
    const away = found === "away";
    const ceiling = Math.min(away ? AWAY_CAP_MS : BUSY_CAP_MS, BASE_MS * 2 ** count);
    // Firefox holds a WebSocket back the longer, the more have failed: mostly it is asked whether one would not.
    const asks = away && count & (count - 1) && this.where().board;
    this.#timers.push(setTimeout(() => (asks ? this.#ask() : this.#open()), Math.random() * ceiling));
  }

  #drop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    clearTimeout(this.#watchdog);
    this.#leave?.();
    this.#leave = null;
  }
}
