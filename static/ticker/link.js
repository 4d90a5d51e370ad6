/**
 * One live connection that comes back by itself, from where it was. No DOM beyond wake-up events.
 *
 * Reconnects use full jitter from the first try on, so that a thousand browsers that lost one server
 * do not return in one moment.
 */
import { decode } from "./frames.js";

const BASE_MS = 500;
const CAP_MS = 30_000;
const HEALTHY_MS = 10_000;
const MISSED_BEATS = 2.5;
const FIRST_BEAT_S = 25;
const STOPPED = (code) => code === 1008 || (code >= 4400 && code < 4800);

/** Follows one URL; `onmessage(message)` and `onstatus(status)` tell what happens. */
export class Link {
  #socket = null;
  #retry = 0;
  #watchdog = 0;
  #healthy = 0;
  #failures = 0;
  #beat = FIRST_BEAT_S;
  #heard = 0;
  #wakeups = new AbortController();
  #status = "connecting";

  /**
   * @param {object} options
   * @param {() => string} options.url where to connect now, with the cursor to resume from.
   * @param {(message: object) => void} options.onmessage
   * @param {(status: string) => void} options.onstatus connecting, live, reconnecting or stopped.
   * @param {typeof WebSocket} [options.WebSocket]
   * @param {() => number} [options.random] from 0 to 1.
   * @param {() => number} [options.now] wall clock, milliseconds: unlike timers it goes on in sleep.
   * @param {EventTarget} [options.page] where pageshow, pagehide, online are heard.
   */
  constructor({ url, onmessage, onstatus, WebSocket = globalThis.WebSocket, random = Math.random, now = Date.now, page = globalThis }) {
    Object.assign(this, { url, onmessage, onstatus, WebSocket, random, now });
    const { signal } = this.#wakeups;
    page.addEventListener?.("online", () => this.wake(), { signal });
    page.addEventListener?.("pageshow", (event) => event.persisted && this.wake(), { signal });
    page.addEventListener?.("pagehide", () => this.#drop(), { signal });
    page.document?.addEventListener("visibilitychange", () => this.#seen(page), { signal });
    this.#open();
  }

  /**
   * Connect now if we are not connected, however long the next try is away. After a sleep a
   * connection may look open though the watchdog's time is up: its timer slept too.
   */
  wake() {
    if (this.#status === "stopped") return;
    if (this.#socket && this.now() - this.#heard < this.#patience) return;
    this.#drop();
    if (this.#status === "live") this.#say("reconnecting");
    this.#failures = 0;
    this.#open();
  }

  /** End for good. */
  close() {
    this.#wakeups.abort();
    this.#drop();
    this.#say("stopped");
  }

  #seen(page) {
    if (page.document.visibilityState === "visible") this.wake();
  }

  #open() {
    clearTimeout(this.#retry);
    const socket = this.#dial();
    if (!socket) return;
    this.#socket = socket;
    this.#watch();
    socket.onmessage = (event) => this.#take(decode(event.data));
    socket.onclose = (event) => this.#lost(socket, event.code);
  }

  /** A browser refuses some addresses outright, such as `ws:` on a secure page: no use in trying on. */
  #dial() {
    try {
      return new this.WebSocket(this.url());
    } catch (error) {
      console.error(error);
      this.close();
      return null;
    }
  }

  #take(message) {
    this.#watch();
    if (!message) return;
    if (message.type === "hello") this.#greeted(message);
    this.onmessage(message);
  }

  #greeted(hello) {
    this.#beat = hello.beat > 0 ? hello.beat : FIRST_BEAT_S;
    this.#watch();
    clearTimeout(this.#healthy);
    this.#healthy = setTimeout(() => (this.#failures = 0), HEALTHY_MS);
    this.#say("live");
  }

  /** A connection can be dead and say nothing; missing beats tell. */
  #watch() {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#heard = this.now();
    this.#watchdog = setTimeout(() => {
      this.#drop();
      this.#lost(socket, 0);
    }, this.#patience);
  }

  get #patience() {
    return this.#beat * MISSED_BEATS * 1000;
  }

  #lost(socket, code) {
    if (this.#socket !== socket && this.#socket !== null) return;
    this.#drop();
    if (STOPPED(code)) {
      this.close();
      return;
    }
    this.#say("reconnecting");
    const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** this.#failures++);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), this.random() * ceiling);
  }

  #drop() {
    for (const timer of [this.#watchdog, this.#healthy, this.#retry]) clearTimeout(timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #say(status) {
    if (status === this.#status) return;
    this.#status = status;
    this.onstatus(status);
  }
}
