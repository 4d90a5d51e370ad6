/** The custom element `<breaking-ticker>`, the banner. It renders a view of an edition and holds no news of its own. */
import { Announcer } from "./announcer.js";
import { ATTRIBUTES, truth, upgrade } from "./attributes.js";
import { ago, every, timeOfDay } from "./clock.js";
import { Crawl } from "./crawl.js";
import { acquire } from "./edition.js";
import { filtersOf } from "./filters.js";
import { FixedLines } from "./fixed.js";
import { make, speak, write } from "./line.js";
import { Rotate } from "./rotate.js";
import { build } from "./skeleton.js";
import { Stack } from "./stack.js";
import { Takeover } from "./takeover.js";
import { language, plural, words } from "./words.js";

const MODES = { rotate: Rotate, crawl: Crawl, stack: Stack, flash: Takeover };
const ROWS = 5;
const REDUCED_MOTION_ROWS = 3;
const OLD_MS = 60_000;
const BASE = new URL("./", import.meta.url.replace(/static\/ticker\/\w+\.js/, "")).href;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** A live banner of breaking lines. Its attributes, events, parts and slots are in docs/embed.md. */
export class BreakingTicker extends HTMLElement {
  static observedAttributes = [...ATTRIBUTES, "lang", "dir", "paused"];

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
  #spoken = "";
  #lang = null;
  #status = "";
  #states = this.attachInternals?.().states;

  constructor() {
    super();
    upgrade(this);
  }

  /** The state of the connection. */
  get status() {
    return this.#status;
  }

  /** Whether the reader has stopped the banner, or the page has. */
  get paused() {
    return this.#paused;
  }

  set paused(paused) {
    this.#paused = truth(paused);
    if (this.#life) this.#hold();
  }

  /** The lines on the board, as they stand now. */
  get lines() {
    return this.#view?.lines() ?? [];
  }

  /** Show these and nothing else, without a connection; null: those of the edition again. */
  set lines(lines) {
    this.#fixed = lines && new FixedLines(lines);
    if (this.#life) this.#restart();
  }

  /** Stop replacing lines until `resume`. */
  pause() {
    this.paused = true;
  }

  /** Go on. */
  resume() {
    this.paused = false;
  }

  /** Take the flash off the page, in mode `flash`; it doesn't come back. */
  dismiss() {
    this.#mode?.dismiss?.();
  }

  connectedCallback() {
    this.#parts ??= build(this);
    this.#start();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#mode.stop();
    this.#life = null;
  }

  attributeChangedCallback(name, before, after) {
    if (name === "paused") this.paused = after;
    else if (this.#life && before !== after) this.#restart();
  }

  #restart() {
    this.disconnectedCallback();
    this.#start();
  }

  /** Tag and direction of the language: as the page says, else as the edition says. */
  get #tongue() {
    const { lang, dir } = this.#view?.language ?? {};
    return [this.lang || lang || this.edition, this.dir || dir];
  }

  #start() {
    this.#life = new AbortController();
    this.#pointed = false;
    this.#join();
    this.#spoken = String(this.#tongue);
    this.#lang = language(...this.#tongue);
    this.#mode = this.#stage();
    this.#listen();
    if (this.#view?.ready) this.#change({ backfill: true, added: [], corrected: [], reworded: [], removed: [] });
    this.#hold();
    this.#showStatus();
  }

  /** Lines of another view don't stay under this one's name: what the page put inside returns. */
  #join() {
    const { edition, src } = this;
    const filters = filtersOf(this);
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

  /** The mode; those who want no motion get a list. */
  #stage() {
    const { box, bar, track, word } = this.#parts;
    const lang = this.#lang;
    const asked = this.mode;
    const known = Object.hasOwn(MODES, asked) ? asked : "rotate";
    const mode = reducedMotion.matches && known !== "flash" ? "stack" : known;
    const name = this.label || words(lang).label;
    speak(box, lang).dataset.mode = mode;
    word.textContent = bar.ariaLabel = name;
    return new MODES[mode]({
      track,
      lang,
      name,
      rtl: lang.dir === "rtl",
      speed: Number(this.speed),
      max: Number(this.max) || (asked === "stack" ? ROWS : REDUCED_MOTION_ROWS),
      key: `ticker dismissed ${this.edition}`,
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
    if (String(this.#tongue) !== this.#spoken) return this.#restart();
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
    this.#showStatus(document.readyState === "complete");
    if (!this.#view?.ready) return;
    const { lines } = this;
    this.#mode.tick(lines);
    this.#count();
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

  /**
   * The attribute comes late: what a framework's server rendered must still be so when its script looks
   * at it (hydration).
   */
  #showStatus(late) {
    const { status = "", since, brought } = this.#view ?? {};
    const { stale, reconnecting, stopped, served } = words(this.#lang);
    const age = Date.now() - since;
    const old = brought ? served.replace("#", timeOfDay(new Date(since))) : age > OLD_MS && `${stale} · ${ago(age, this.#lang)}`;
    write(this.#parts.state, { stale: old || stale, reconnecting: old || reconnecting, stopped }[status] ?? "");
    this.#parts.box.dataset.status = status;
    if ((late || this.hasAttribute("status")) && this.getAttribute("status") !== status) this.setAttribute("status", status);
    if (this.#status === status) return;
    this.#status = status;
    try {
      this.#states.clear();
      this.#states.add(status);
    } catch {
      // A browser of before 2024 has no such states.
    }
    this.#tell("status", [status]);
  }
}
