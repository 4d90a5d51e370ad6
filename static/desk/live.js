/** The desk's own live line: the board, and what is for editors only. It comes back by itself. */

const BASE_MS = 300;
const CAP_MS = 10_000;
const PATIENCE_MS = 62_500;
const SESSION_ENDED = 4401;

/** Follows one edition for as long as the page is open. */
export class Live {
  #socket = null;
  #failures = 0;
  #retry = 0;
  #watchdog = 0;

  /**
   * @param {object} options
   * @param {() => string} options.where path to ask now, with the cursor.
   * @param {(message: object) => void} options.hear
   * @param {(status: string) => void} options.say live or offline.
   */
  constructor({ where, hear, say }) {
    Object.assign(this, { where, hear, say });
    addEventListener("online", () => this.#open());
    addEventListener("offline", () => this.#lost());
    this.#open();
  }

  #open() {
    this.#drop();
    const socket = new WebSocket(new URL(this.where(), location.href.replace(/^http/, "ws")));
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => (code === SESSION_ENDED ? location.reload() : this.#lost());
    this.#watch();
  }

  #take(message) {
    this.#watch();
    if (message.type === "hello") {
      this.#failures = 0;
      this.say("live");
    }
    this.hear(message);
  }

  /** A connection can be dead and say nothing; missing beats tell. */
  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(), PATIENCE_MS);
  }

  #lost() {
    this.#drop();
    this.say("offline");
    const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.#open(), Math.random() * ceiling);
  }

  #drop() {
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }
}
