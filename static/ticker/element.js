/** The custom element `<breaking-ticker>`, the banner. It renders a view of an edition and holds no news of its own. */
import { Announcer } from "./announcer.js";
import { ago, every, timeOfDay } from "./clock.js";
import { Crawl } from "./crawl.js";
import { acquire } from "./edition.js";
import { FILTERS } from "./filters.js";
import { FixedLines } from "./fixed.js";
import { make, speak } from "./line.js";
import { Rotate } from "./rotate.js";
import { Stack } from "./stack.js";
import { sheet } from "./styles.js";
import { Takeover } from "./takeover.js";
import { direction, plural, words } from "./words.js";

const MODES = { rotate: Rotate, crawl: Crawl, stack: Stack, flash: Takeover };
const ROWS = 5;
const REDUCED_MOTION_ROWS = 3;
const OLD_MS = 60_000;
const BASE = new URL("./", import.meta.url.replace(/static\/ticker\/\w+\.js/, "")).href;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** A live banner of breaking lines. Its attributes, events, parts and slots are in docs/embed.md. */
export class BreakingTicker extends HTMLElement {
  static observedAttributes = ["edition", "src", "lang", "label", "mode", "max", "speed", ...FILTERS];

  #parts = null;
  #mode = null;
  #announcer = new Announcer();
  #unseen = new Set();
  #source = "";
  #view = null;
  #fixed = null;
  #life = null;
  #paused = false;
  #pointed = false;

  /** Whether the reader has stopped the banner. */
  get paused() {
    return this.#paused;
  }

  /** The lines on the board, as they stand now. */
  get lines() {
    return this.#view?.lines() ?? [];
  }

  /** Show these and nothing else, without a connection. */
  set lines(lines) {
    this.#fixed = new FixedLines(lines);
    if (this.#life) this.#restart();
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

  /** Take the flash off the page, in mode `flash`; it doesn't come back. */
  dismiss() {
    this.#mode?.dismiss?.();
  }

  connectedCallback() {
    this.#parts ??= this.#build();
    this.#start();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#mode.stop();
    this.#life = null;
  }

  attributeChangedCallback(name, before, after) {
    if (this.#life && before !== after) this.#restart();
  }

  #restart() {
    this.disconnectedCallback();
    this.#start();
  }

  get #lang() {
    return this.getAttribute("lang") || this.getAttribute("edition") || "en";
  }

  #start() {
    this.#life = new AbortController();
    this.#pointed = false;
    this.#join();
    this.#mode = this.#stage();
    this.#listen();
    if (this.#view?.ready) this.#change({ backfill: true, added: [], corrected: [], reworded: [], removed: [] });
    this.#hold();
    this.#showStatus();
  }

  /** Lines of another view don't stay under this one's name: what the page put inside returns. */
  #join() {
    const [edition, src] = ["edition", "src"].map((name) => this.getAttribute(name));
    const filters = this.#filters();
    const source = [edition, src, filters].join();
    if (source !== this.#source) {
      const { track, said, alert } = this.#parts;
      track.replaceChildren(document.createElement("slot"));
      said.textContent = alert.textContent = "";
      this.#unseen.clear();
      this.#announcer = new Announcer();
    }
    this.#source = source;
    this.#view = this.#fixed;
    if (!edition || this.#fixed) return;
    try {
      const { view, release } = acquire(new URL(src || BASE, document.baseURI), edition, filters, this.querySelector("time") !== null);
      this.#view = view;
      this.#life.signal.addEventListener("abort", release);
    } catch (error) {
      console.error(error);
    }
  }

  #filters() {
    const filters = new URLSearchParams();
    for (const name of FILTERS) {
      for (const value of (this.getAttribute(name) ?? "").split(",")) if (value.trim()) filters.append(name, value.trim());
    }
    return filters;
  }

  #listen() {
    const { signal } = this.#life;
    const { track, button } = this.#parts;
    const on = (target, name, listener) => target?.addEventListener(name, listener, { signal });
    const hold = () => queueMicrotask(() => this.#hold());
    on(button, "click", () => this.#press());
    on(track, "pointerenter", (event) => this.#point(event.pointerType !== "touch"));
    on(track, "pointerleave", () => this.#point(false));
    on(track, "focusin", hold);
    on(track, "focusout", hold);
    on(document, "visibilitychange", hold);
    on(document, "keydown", ({ key }) => key === "Escape" && this.dismiss());
    on(reducedMotion, "change", () => this.#restart());
    on(this.#view, "change", ({ detail }) => this.#change(detail));
    on(this.#view, "status", () => this.#showStatus());
    every(() => this.#tick(), signal);
    const resized = new ResizeObserver(() => this.#mode.fit());
    resized.observe(track);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  #press() {
    if (this.#mode.dismiss) this.dismiss();
    else if (this.#paused) this.resume();
    else this.pause();
  }

  /** A finger leaves no pointer behind: after a tap nothing may stand still for ever. */
  #point(pointed) {
    this.#pointed = pointed;
    this.#hold();
  }

  #build() {
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    const parts = {};
    const add = (parent, name, tag = "div") => parent.appendChild((parts[name] = make(tag, name)));
    add(shadow, "box");
    add(parts.box, "bar").role = "region";
    const label = add(parts.bar, "label");
    const slot = (name) => label.appendChild(Object.assign(document.createElement("slot"), { name }));
    slot("logo");
    add(slot("label"), "word", "span");
    add(label, "state", "span");
    add(parts.bar, "track");
    add(parts.bar, "controls");
    add(parts.controls, "fresh", "span");
    add(parts.controls, "button", "button").type = "button";
    add(parts.button, "icon", "span");
    add(parts.box, "said").role = "status";
    add(parts.box, "alert").role = "alert";
    return parts;
  }

  /** The mode; those who want no motion get a list. */
  #stage() {
    const { box, bar, track, word } = this.#parts;
    const lang = this.#lang;
    const asked = this.getAttribute("mode");
    const known = Object.hasOwn(MODES, asked) ? asked : "rotate";
    const mode = reducedMotion.matches && known !== "flash" ? "stack" : known;
    const name = this.getAttribute("label") || words(lang).label;
    speak(box, lang).dataset.mode = mode;
    word.textContent = bar.ariaLabel = name;
    return new MODES[mode]({
      track,
      lang,
      name,
      rtl: direction(lang) === "rtl",
      speed: Number(this.getAttribute("speed")),
      max: Number(this.getAttribute("max")) || (asked === "stack" ? ROWS : REDUCED_MOTION_ROWS),
      key: `ticker dismissed ${this.getAttribute("edition")}`,
      signal: this.#life.signal,
      now: () => Date.now() + this.#view.skew,
      show: (lines) => this.#show(lines),
    });
  }

  #show(lines) {
    const { box, track } = this.#parts;
    const focused = track.querySelector(":focus")?.closest(".line")?.dataset.id;
    box.toggleAttribute("data-open", lines.length > 0);
    if (lines.length) track.replaceChildren(...lines);
    else if (!track.querySelector(".empty")) track.replaceChildren(make("span", "empty", words(this.#lang).empty));
    if (focused && lines[0]?.dataset.id === focused) track.querySelector("a")?.focus({ preventScroll: true });
  }

  #change(change) {
    if (!this.#view.ready) return;
    const { lines } = this;
    const added = change.added.filter((line) => lines.includes(line));
    if (this.#held && !change.backfill) added.forEach(({ id }) => this.#unseen.add(id));
    change.removed.forEach(({ id }) => this.#unseen.delete(id));
    this.#mode.update({ ...change, added }, lines);
    this.#count();
    const { now, recall } = this.#announcer.update(change);
    const { said, alert } = this.#parts;
    if (recall) said.textContent = alert.textContent = "";
    this.#say(alert, now);
    if (!change.first) this.#tell("flash", added);
    this.#tell("correction", change.corrected);
    this.#tell("kill", change.removed);
  }

  #tell(type, details) {
    for (const detail of details) this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #tick() {
    if (!this.#view?.ready) return;
    const { lines } = this;
    this.#mode.tick(lines);
    this.#count();
    this.#showStatus();
    this.#say(this.#parts.said, this.#announcer.tick(lines));
  }

  #say(region, lines) {
    const { label, corrected } = words(this.#lang);
    const sentences = lines
      .filter((line) => this.#view.claim(line))
      .map(({ urgency, correction, headline }) => [urgency === 1 && label, correction && corrected, headline].filter(Boolean).join(": "));
    if (sentences.length) region.textContent = sentences.join(". ");
  }

  /** The button stops it; a pointer or the focus on the line does too, for as long as it is there. */
  get #held() {
    return this.#paused || this.#pointed || this.#parts.track.matches(":focus-within");
  }

  #hold() {
    const { button } = this.#parts;
    const { pause, resume, dismiss } = words(this.#lang);
    if (!this.#held) this.#unseen.clear();
    this.#mode.hold(this.#held || document.hidden);
    button.toggleAttribute("data-paused", this.#paused);
    button.ariaLabel = button.title = this.#mode.dismiss ? dismiss : this.#paused ? resume : pause;
    this.#count();
  }

  #count() {
    for (const id of this.#mode.shown) this.#unseen.delete(id);
    const { size } = this.#unseen;
    write(this.#parts.fresh, size ? plural(words(this.#lang).fresh, size, this.#lang) : "");
  }

  #showStatus() {
    const { status = "", since, brought } = this.#view ?? {};
    const { stale, reconnecting, stopped, served } = words(this.#lang);
    const age = Date.now() - since;
    const old = brought ? served.replace("#", timeOfDay(new Date(since))) : age > OLD_MS && `${stale} · ${ago(age, this.#lang)}`;
    write(this.#parts.state, { stale: old || stale, reconnecting: old || reconnecting, stopped }[status] ?? "");
    if (this.getAttribute("status") === status) return;
    this.setAttribute("status", status);
    this.#tell("status", [status]);
  }
}

/** Touch the page only when words change. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
