/** Cards: what is on its way out stands beside the box, with a ring that shrinks and a big Abort. */
import { el, fill } from "./dom.js";

const REDRAW_MS = 100;
// A page in the background is looked after once a second.
const LATE_MS = 3000;
const SVG = "http://www.w3.org/2000/svg";

/** The stack of cards. */
export class Cards {
  #running = [];

  /**
   * @param {object} words
   * @param {{lang: string, dir: string}} about
   */
  constructor(words, about) {
    Object.assign(this, { words, about });
    this.box = document.getElementById("cards");
  }

  /** @param {string} line the words that are on their way. */
  open(line) {
    const card = new Card(this, line);
    this.box.prepend(card.element);
    this.#running.push(card);
    return card;
  }

  forget(card) {
    this.#running = this.#running.filter((it) => it !== card);
  }

  /** Its time runs anew: it is the newest one. */
  renew(card) {
    this.forget(card);
    this.#running.push(card);
  }

  /** Stop the one that has the focus, or else the newest, and never another one in its place: whether Escape means a card. */
  abort() {
    const focused = this.#running.find(({ element }) => element.contains(document.activeElement));
    const card = focused?.stoppable ? focused : this.#running.at(-1);
    if (card?.stoppable) card.abort();
    return card !== undefined && !card.asks;
  }
}

/** One of them. */
class Card {
  #timer = 0;
  #stop = null;

  constructor(cards, line) {
    this.cards = cards;
    const { words, about } = cards;
    this.word = el("strong", {});
    this.note = el("span", { className: "note", role: "status" });
    this.also = el("span", { className: "also" });
    this.buttons = el("div", { className: "buttons" });
    this.ring = circle("ring");
    const svg = document.createElementNS(SVG, "svg");
    // An svg without a size is as large as its box lets it: in WebKit the whole screen.
    for (const [name, value] of [["viewBox", "0 0 44 44"], ["width", 44], ["height", 44]]) svg.setAttribute(name, value);
    svg.ariaHidden = "true";
    svg.append(circle("track"), this.ring);
    this.element = el("div", { className: "hold", role: "group", ariaLabel: words.on_its_way }, svg,
      el("p", {}, this.word, el("bdi", { lang: about.lang, dir: about.dir, title: line }, line), this.also, this.note), this.buttons);
  }

  get stoppable() {
    return this.#stop !== null;
  }

  get asks() {
    return this.element.classList.contains("asks");
  }

  /**
   * @param {string} sentence
   * @param {?() => void} stop called if the editor stops it; without it nothing can be done about it now.
   */
  wait(sentence, stop = null) {
    if (this.asks) this.cards.renew(this);
    this.#still();
    this.#stop = stop;
    this.word.textContent = sentence;
    this.buttons.replaceChildren(...(stop ? [this.#abort()] : []));
  }

  /**
   * Seconds run down, in which it can be stopped.
   * @param {object} options
   * @param {string} [options.deed] what happens then: a name in `words.holding`.
   * @param {number} options.until ms of the epoch.
   * @param {number} options.seconds that the whole ring stands for.
   * @param {() => void} options.stop called if the editor stops it.
   * @param {() => void} options.end called if not.
   * @param {() => void} [options.late] called in its place if nobody could have stopped it: the machine slept.
   */
  count({ deed = "publish", until, seconds, stop, end, late = end }) {
    this.wait("", stop);
    const { words } = this.cards;
    const show = () => {
      const left = until - Date.now();
      const sentence = fill(words.holding[deed], { seconds: Math.max(0, Math.ceil(left / 1000)) });
      if (this.word.textContent !== sentence) this.word.textContent = sentence;
      this.ring.style.strokeDashoffset = 1 - left / (seconds * 1000);
      if (left > 0) return;
      this.wait(words.ended);
      if (left < -LATE_MS) late();
      else end();
    };
    this.#timer = setInterval(show, REDRAW_MS);
    show();
  }

  /**
   * @param {string} sentence
   * @param {Record<string, () => void>} choices word → what it does.
   */
  ask(sentence, choices) {
    this.wait(sentence);
    this.element.classList.add("asks");
    const buttons = Object.entries(choices).map(([word, choose]) => {
      const button = el("button", { type: "button" }, word);
      button.addEventListener("click", choose);
      return button;
    });
    this.buttons.replaceChildren(...buttons);
  }

  /** @param {string} sentence where else it goes. */
  mention(sentence) {
    this.also.textContent = sentence;
  }

  /** @param {string} sentence what the editor should know while there is time. */
  remark(sentence) {
    this.note.textContent = sentence;
  }

  abort() {
    const stop = this.#stop;
    this.wait(this.cards.words.stopping);
    stop?.();
  }

  close() {
    this.#still();
    this.cards.forget(this);
    this.element.remove();
  }

  #abort() {
    const { words } = this.cards;
    const abort = el("button", { type: "button", className: "abort", title: words.abort_key }, words.abort);
    abort.setAttribute("aria-keyshortcuts", "Escape");
    abort.addEventListener("click", () => this.abort());
    return abort;
  }

  #still() {
    clearInterval(this.#timer);
    this.#stop = null;
    this.element.classList.remove("asks");
  }
}

function circle(className) {
  const ring = document.createElementNS(SVG, "circle");
  ring.setAttribute("class", className);
  for (const [name, value] of Object.entries({ cx: 22, cy: 22, r: 19, pathLength: 1 })) ring.setAttribute(name, value);
  return ring;
}
