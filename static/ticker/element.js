/** `<breaking-ticker>`: the banner. It renders a feed and holds no news of its own. */
import { every } from "./clock.js";
import { acquire } from "./feed.js";
import { headline, make, speak, time } from "./line.js";
import { Rotation, dwell } from "./rotation.js";
import { sheet } from "./styles.js";
import { words } from "./words.js";

const FILTERS = ["section", "region", "tag", "coverage", "urgency"];
const SAY_EVERY_TICKS = 5;
const PAN_EDGE_MS = 1500;
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
 * @csspart bar, label, state, track, line, time, mark, headline, note, source, controls, fresh, button
 */
export class BreakingTicker extends HTMLElement {
  static observedAttributes = ["edition", "src", "lang", "label", ...FILTERS];

  #parts = null;
  #rotation = new Rotation();
  #feed = null;
  #life = null;
  #paused = false;
  #pan = null;
  #unsaid = [];
  #ticks = 0;

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
    this.#start();
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#life = null;
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#life || before === after) return;
    this.disconnectedCallback();
    this.#start();
  }

  get #lang() {
    return this.getAttribute("lang") || this.getAttribute("edition") || "en";
  }

  #start() {
    const edition = this.getAttribute("edition");
    if (!edition) return;
    const { signal } = (this.#life = new AbortController());
    const { feed, release } = acquire(this.getAttribute("src") || BASE, edition, this.#filters());
    this.#feed = feed;
    this.#rotation = new Rotation();
    this.#listen(signal);
    signal.addEventListener("abort", release);
    this.#name();
    this.#hold();
    if (feed.ready) this.#changed({ reset: true, backfill: true, added: [], corrected: [], removed: [] });
    this.#showStatus();
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
    for (const name of ["pointerenter", "pointerleave", "focusin", "focusout"]) {
      track.addEventListener(name, () => queueMicrotask(() => this.#hold()), { signal });
    }
    every(() => this.#tick(), signal);
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
    const moved = this.#rotation.update(change, this.lines);
    if (moved || !this.#parts.track.querySelector(".line, .empty")) this.#show();
    this.#count();
    if (!change.backfill) this.#unsaid.push(...change.added, ...change.corrected);
    this.#tell("flash", change.first ? [] : change.added);
    this.#tell("correction", change.corrected);
    this.#tell("kill", change.removed);
  }

  #tell(type, lines) {
    for (const detail of lines) this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #tick() {
    if (!this.#feed.ready) return;
    if (this.#rotation.tick(this.lines)) this.#show();
    this.#showState();
    this.#ticks += 1;
    if (this.#unsaid.length && this.#ticks % SAY_EVERY_TICKS === 0) this.#say();
  }

  /** Screen readers hear what is new, politely and together; never the rotation. */
  #say() {
    const { corrected } = words(this.#lang);
    const sentences = this.#unsaid.map((line) => (line.version > 1 ? `${corrected}: ${line.headline}` : line.headline));
    this.#unsaid = [];
    speak(this.#parts.said, this.#lang).textContent = sentences.join(". ");
  }

  #show() {
    const line = this.#rotation.current;
    this.#pan?.cancel();
    this.#pan = null;
    const shown = line ? this.#render(line) : make("span", "empty", words(this.#lang).empty);
    this.#parts.track.replaceChildren(shown);
    if (line) this.#panIfLong(shown, line);
  }

  #render(line) {
    const { corrected } = words(this.#lang);
    const element = speak(make("div", "line"), this.#lang);
    element.dataset.id = line.id;
    element.dataset.urgency = line.urgency;
    element.append(time(line, this.#lang));
    if (line.version > 1 && line.correction) element.append(make("span", "mark", corrected));
    element.append(headline(line));
    if (line.correction) element.append(make("bdi", "note", line.correction));
    if (line.source) element.append(make("bdi", "source", line.source));
    return element;
  }

  /** A line longer than its track is drawn past, once, while it is on show. */
  #panIfLong(element, line) {
    const { track } = this.#parts;
    const hidden = element.scrollWidth - track.clientWidth + 32;
    if (hidden <= 32 || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const way = getComputedStyle(element).direction === "rtl" ? hidden : -hidden;
    const duration = Math.max(1000, dwell(line) * 1000 - 2 * PAN_EDGE_MS);
    this.#pan = element.animate([{ transform: "none" }, { transform: `translateX(${way}px)` }], {
      duration,
      delay: PAN_EDGE_MS,
      fill: "forwards",
    });
    if (this.#rotation.held) this.#pan.pause();
  }

  /** The button stops it; a pointer or the focus on the line does too, for as long as it is there. */
  #hold() {
    const { track, button } = this.#parts;
    const { pause, resume } = words(this.#lang);
    const held = this.#paused || track.matches(":hover") || track.matches(":focus-within");
    this.#rotation.hold(held);
    if (held) this.#pan?.pause();
    else this.#pan?.play();
    button.toggleAttribute("data-paused", this.#paused);
    button.setAttribute("aria-label", this.#paused ? resume : pause);
    button.title = this.#paused ? resume : pause;
    this.#count();
  }

  #count() {
    const { fresh } = this.#rotation;
    this.#parts.fresh.textContent = fresh > 0 ? words(this.#lang).fresh(fresh) : "";
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
    if (this.#parts.state.textContent !== (text ?? "")) this.#parts.state.textContent = text ?? "";
  }
}
