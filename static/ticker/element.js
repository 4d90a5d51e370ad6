/** `<breaking-ticker>`: the banner. It renders a feed and holds no news of its own. */
import { every } from "./clock.js";
import { acquire } from "./feed.js";
import { headline, make, speak, time } from "./line.js";
import { Pan } from "./pan.js";
import { Rotation, dwell } from "./rotation.js";
import { sheet } from "./styles.js";
import { Voice } from "./voice.js";
import { words } from "./words.js";

const FILTERS = ["section", "region", "tag", "coverage", "urgency"];
const WORDED_URGENCIES = 2;
const BASE = new URL("../../", import.meta.url).href;

/**
 * A live banner of breaking lines, one at a time.
 *
 * @attr edition code of the edition, such as en
 * @attr src base URL of the service; where this script came from
 * @attr lang language of the edition's lines; the edition's code
 * @attr label the word in the block at the start
 * @attr theme auto, light or dark
 * @attr section, region, tag, coverage, urgency filters; several values with commas
 * @attr status (read) connecting, live, reconnecting, stale or stopped
 * @fires flash a new line; detail is the line
 * @fires correction a new version of a line; detail is the line
 * @fires kill a line was removed; detail is the line as it last was
 * @fires status the connection changed; detail is the status
 * @csspart bar, label, word, state, track, line, time, urgency, mark, headline, note, source, empty,
 *   controls, fresh, button
 */
export class BreakingTicker extends HTMLElement {
  static observedAttributes = ["edition", "src", "lang", "label", ...FILTERS];

  #parts = null;
  #rotation = new Rotation();
  #voice = new Voice();
  #pan = new Pan();
  #feed = null;
  #life = null;
  #paused = false;
  #pointed = false;

  /** Whether the reader has stopped the banner. */
  get paused() {
    return this.#paused;
  }

  /** The lines on the board, as they stand now. */
  get lines() {
    return this.#feed?.store.lines() ?? [];
  }

  /** Stop replacing lines until `resume`. */
  pause() {
    this.#paused = true;
    this.#hold();
  }

  /** Go on. */
  resume() {
    this.#paused = false;
    this.#hold();
  }

  connectedCallback() {
    this.#parts ??= this.#build();
    this.#pointed = false;
    this.#start();
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#life = null;
    this.#pan.stop();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#parts || !this.isConnected || before === after) return;
    this.disconnectedCallback();
    this.#start();
  }

  get #lang() {
    return this.getAttribute("lang") || this.getAttribute("edition") || "en";
  }

  #start() {
    const feed = this.#join();
    this.#follow(feed);
    this.#name();
    this.#hold();
    if (!feed) return;
    this.#listen(this.#life.signal);
    if (feed.ready) this.#changed({ backfill: true, added: [], corrected: [], reworded: [], removed: [] });
    if (feed.ready) this.#show();
    this.#showStatus();
  }

  #join() {
    const edition = this.getAttribute("edition");
    const base = this.#base();
    if (!edition || !base) return null;
    this.#life = new AbortController();
    const { feed, release } = acquire(base, edition, this.#filters());
    this.#life.signal.addEventListener("abort", release);
    return feed;
  }

  /** Lines of another feed don't stay under this one's name: what the page put inside returns. */
  #follow(feed) {
    if (feed && feed === this.#feed) return;
    this.#parts.track.replaceChildren(document.createElement("slot"));
    this.#parts.said.textContent = "";
    this.#feed = feed;
    this.#rotation = new Rotation();
    this.#voice = new Voice();
    if (!feed) this.removeAttribute("status");
  }

  #base() {
    try {
      return new URL(this.getAttribute("src") || BASE, document.baseURI).href;
    } catch (error) {
      console.error(error);
      return null;
    }
  }

  #filters() {
    const filters = new URLSearchParams();
    for (const name of FILTERS) {
      for (const value of (this.getAttribute(name) ?? "").split(",")) {
        if (value.trim()) filters.append(name, value.trim());
      }
    }
    return filters;
  }

  #listen(signal) {
    const { track, button } = this.#parts;
    this.#feed.addEventListener("change", (event) => this.#changed(event.detail), { signal });
    this.#feed.addEventListener("status", () => this.#showStatus(), { signal });
    button.addEventListener("click", () => (this.#paused ? this.resume() : this.pause()), { signal });
    for (const name of ["pointerenter", "pointerleave"]) {
      track.addEventListener(name, (event) => this.#point(event), { signal });
    }
    for (const name of ["focusin", "focusout"]) {
      track.addEventListener(name, () => queueMicrotask(() => this.#hold()), { signal });
    }
    const resized = new ResizeObserver(() => this.#move());
    resized.observe(track);
    signal.addEventListener("abort", () => resized.disconnect());
    every(() => this.#tick(), signal);
  }

  /** A finger leaves no pointer behind: after a tap nothing may stand still for ever. */
  #point(event) {
    this.#pointed = event.type === "pointerenter" && event.pointerType !== "touch";
    this.#hold();
  }

  #build() {
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    const [bar, label, track, controls] = ["bar", "label", "track", "controls"].map((name) => make("div", name));
    const [word, state, fresh] = ["word", "state", "fresh"].map((name) => make("span", name));
    const button = make("button", "button");
    const said = make("div", "said");
    button.type = "button";
    button.append(make("span", "icon"));
    said.setAttribute("role", "status");
    label.append(word, state);
    track.append(document.createElement("slot"));
    controls.append(fresh, button);
    bar.append(label, track, controls);
    shadow.append(bar, said);
    return { bar, label, word, state, track, fresh, button, said };
  }

  #name() {
    const { bar, word } = this.#parts;
    speak(bar, this.#lang);
    bar.setAttribute("role", "region");
    word.textContent = this.getAttribute("label") || words(this.#lang).label;
    bar.setAttribute("aria-label", word.textContent);
  }

  #changed(change) {
    const { lines } = this;
    const moved = this.#rotation.update(change, lines);
    if (moved || !this.#parts.track.querySelector(".line, .empty")) this.#show();
    this.#count();
    if (this.#voice.hear(change)) this.#parts.said.textContent = "";
    this.#tell("flash", change.first ? [] : change.added.filter((line) => lines.includes(line)));
    this.#tell("correction", change.corrected);
    this.#tell("kill", change.removed);
  }

  #tell(type, lines) {
    for (const detail of lines) this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #tick() {
    if (!this.#feed.ready) return;
    const { lines } = this;
    if (this.#rotation.tick(lines)) this.#show();
    this.#count();
    this.#showState();
    this.#say(this.#voice.tick(lines));
  }

  #say(lines) {
    if (lines.length === 0) return;
    const { corrected } = words(this.#lang);
    const sentences = lines.map((line) => (line.correction ? `${corrected}: ${line.headline}` : line.headline));
    speak(this.#parts.said, this.#lang).textContent = sentences.join(". ");
  }

  #show() {
    const { track } = this.#parts;
    const line = this.#rotation.current;
    const focused = this.shadowRoot.activeElement?.closest(".line")?.dataset.id;
    track.replaceChildren(line ? this.#render(line) : make("span", "empty", words(this.#lang).empty));
    if (line && focused === line.id) track.querySelector("a")?.focus({ preventScroll: true });
    this.#move();
    this.#hold();
  }

  #render(line) {
    const { corrected, urgency } = words(this.#lang);
    const element = speak(make("div", "line"), this.#lang);
    element.dataset.id = line.id;
    element.dataset.urgency = line.urgency;
    element.append(time(line, this.#lang));
    if (line.urgency <= WORDED_URGENCIES) element.append(make("span", "urgency", urgency[line.urgency]));
    if (line.correction) element.append(make("span", "mark", corrected));
    element.append(headline(line));
    if (line.correction) element.append(make("bdi", "note", line.correction));
    if (line.source) element.append(make("bdi", "source", line.source));
    return element;
  }

  #move() {
    const { track } = this.#parts;
    const element = track.querySelector(".line");
    const { current, held } = this.#rotation;
    if (element && current) this.#pan.start(element, track, { seconds: dwell(current), held });
    else this.#pan.stop();
  }

  /** The button stops it; a pointer or the focus on the line does too, for as long as it is there. */
  #hold() {
    const { track, button } = this.#parts;
    const { pause, resume } = words(this.#lang);
    const held = this.#paused || this.#pointed || track.matches(":focus-within");
    this.#rotation.hold(held);
    this.#pan.hold(held);
    button.toggleAttribute("data-paused", this.#paused);
    button.setAttribute("aria-label", this.#paused ? resume : pause);
    button.title = this.#paused ? resume : pause;
    this.#count();
  }

  #count() {
    const { fresh } = this.#rotation;
    write(this.#parts.fresh, fresh > 0 ? words(this.#lang).fresh(fresh) : "");
  }

  #showStatus() {
    const { status } = this.#feed;
    if (this.getAttribute("status") !== status) {
      this.setAttribute("status", status);
      this.#tell("status", [status]);
    }
    this.#showState();
  }

  #showState() {
    const { status, store } = this.#feed;
    const say = words(this.#lang);
    const since = Date.parse(store.stale ?? "");
    const text = {
      reconnecting: say.reconnecting,
      stopped: say.stopped,
      stale: say.stale(Math.floor((Date.now() + store.skew - since) / 60_000)),
    }[status];
    write(this.#parts.state, text ?? "");
  }
}

/** Touch the page only when words change. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
