/** The custom element `<breaking-ticker>`, the banner. It renders a view of an edition and holds no news of its own. */
import { Announcer } from "./announcer.js";
import { ATTRIBUTES, truth, upgrade } from "./attributes.js";
import { every } from "./clock.js";
import { acquire } from "./edition.js";
import { filtersOf } from "./filters.js";
import { FixedLines } from "./fixed.js";
import { make, name, refresh, speak, write } from "./line.js";
import { modeOf, reducedMotion } from "./modes.js";
import { complete } from "./parts.js";
import { printing } from "./printed.js";
import { watch } from "./sight.js";
import { build } from "./skeleton.js";
import { State } from "./state.js";
import { dress } from "./styles.js";
import { Unread } from "./unread.js";
import { language, plural, words } from "./words.js";

const BASE = new URL("./", import.meta.url.replace(/static\/ticker\/\w+\.js/, "")).href;

/** A live banner of breaking lines. Its attributes, events, parts and slots are in docs/embed.md. */
export class BreakingTicker extends HTMLElement {
  static observedAttributes = [...ATTRIBUTES, "lang", "dir", "paused"];

  #parts = null;
  #context = null;
  #mode = null;
  #announcer = null;
  #unseen = new Set();
  #unread = new Unread();
  #source = "";
  #view = null;
  #fixed = null;
  #life = null;
  #paused = false;
  #pointed = false;
  #state = new State(this);
  #scene = null;
  #visible = true;

  constructor() {
    super();
    upgrade(this);
  }

  /** The state of the connection. */
  get status() {
    return this.#state.now;
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
    this.#parts ??= build(this, {
      press: () => (this.#mode.dismiss ? this.dismiss() : (this.paused = !this.#paused)),
      step: (by) => this.#mode.step?.(by) ?? this.#count(),
      point: (pointed) => this.#point(pointed),
      hold: () => queueMicrotask(() => this.#hold()),
    });
    if (this.#life) this.#point(false);
    else this.#start();
  }

  /** Who only moves it has put it back by then. */
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#stop());
  }

  /** `moveBefore`: everything goes on. */
  connectedMoveCallback() {}

  /** Sheets belong to a document. */
  adoptedCallback() {
    if (this.#life) this.#restart();
  }

  attributeChangedCallback(name, before, after) {
    if (name === "paused") this.paused = after;
    else if (this.#life && before !== after) this.#restart();
  }

  #stop() {
    this.#life?.abort();
    this.#scene?.abort();
    this.#mode?.stop();
    this.#life = null;
  }

  #restart() {
    this.#stop();
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
    this.#play();
    this.#listen();
    this.#showStatus();
  }

  /** What is there is shown as well as it can be, and again when a part of the script has come. */
  #play() {
    this.#scene?.abort();
    this.#mode?.stop();
    this.#scene = new AbortController();
    this.#mode = this.#stage();
    this.#hold();
    if (this.#view?.ready) this.#change({ backfill: true, added: [], corrected: [], reworded: [], removed: [] });
    this.#complete();
  }

  #complete(anew) {
    const { signal } = this.#scene;
    complete([this.#context.part, this.#context.lang.language], anew, () => signal.aborted || this.#play());
  }

  /** Lines of another view don't stay under this one's name: what the page put inside returns. */
  #join() {
    const { edition, src } = this;
    const filters = filtersOf(this);
    const source = [edition, src, filters].join();
    if (source !== this.#source) {
      this.#parts.track.replaceChildren(this.#parts.inside());
      this.#unseen.clear();
      this.#unread.clear();
      this.#announcer = new Announcer(this.#parts, (line) => this.#view.claim(line));
    }
    this.#source = source;
    this.#view = this.#fixed;
    if (!edition || this.#fixed) return;
    try {
      const { view, release } = acquire(new URL(src || BASE, document.baseURI), edition, filters, this.#parts.brought || this.querySelector("time") !== null);
      this.#view = Object.assign(view, { track: this.#parts.track, sees: (id) => this.#visible && this.#mode.shown.includes(id) });
      this.#life.signal.addEventListener("abort", release);
    } catch (error) {
      console.error(error);
    }
  }

  #listen() {
    const { signal } = this.#life;
    const on = (target, name, listener) => target?.addEventListener(name, listener, { signal });
    on(this.ownerDocument, "keydown", ({ key }) => key === "Escape" && this.dismiss());
    on(reducedMotion, "change", () => this.#restart());
    on(this.#view, "change", ({ detail }) => {
      this.#change(detail);
      this.#complete(detail.backfill);
    });
    on(this.#view, "status", () => this.#showStatus());
    every(() => this.#tick(), signal);
    watch(this, this.#parts.track, { fit: () => this.#mode.fit(), see: (visible) => this.#hold(visible) }, signal);
  }

  /** A finger leaves no pointer behind: after a tap nothing may stand still for ever. */
  #point(pointed) {
    this.#pointed = pointed;
    this.#hold();
  }

  /** The mode; those who want no motion get a list. */
  #stage() {
    const { box, bar, track, word, previous, next } = this.#parts;
    const lang = language(...this.#tongue);
    const texts = words(lang);
    const mode = modeOf(this);
    const label = this.label || texts.label;
    dress(this.shadowRoot, mode.Mode.css);
    track.style.setProperty("--_max", mode.max);
    speak(box, lang).dataset.mode = mode.name;
    word.textContent = bar.ariaLabel = label;
    name(previous, texts.previous);
    name(next, texts.next);
    this.#context = {
      ...mode,
      parts: this.#parts,
      track,
      lang,
      tongue: String(this.#tongue),
      label,
      rtl: lang.dir === "rtl",
      still: reducedMotion.matches,
      speed: Number(this.speed),
      key: `ticker dismissed ${this.edition}`,
      signal: this.#scene.signal,
      now: () => Date.now() + this.#view.skew,
      unread: (id) => this.#unread.has(id),
      show: (lines) => this.#show(lines),
      count: () => this.#count(),
    };
    if (mode.name !== "flash") printing(this.#context, () => this.lines);
    return new mode.Mode(this.#context);
  }

  #show(lines) {
    const [{ box, track }, { empty }] = [this.#parts, words(this.#context.lang)];
    const focused = track.querySelector(":focus")?.closest(".line")?.dataset.id;
    box.toggleAttribute("data-open", lines.length > 0);
    if (lines.length) track.replaceChildren(...lines);
    else if (track.querySelector(".empty")?.textContent !== empty) track.replaceChildren(make("span", "empty", empty));
    if (focused && lines[0]?.dataset.id === focused) track.querySelector("a")?.focus({ preventScroll: true });
  }

  #change(change) {
    if (!this.#view.ready) return;
    if (String(this.#tongue) !== this.#context.tongue) return this.#play();
    const { lines } = this;
    const added = change.added.filter((line) => lines.includes(line));
    if (this.#held && !change.backfill) added.forEach(({ id }) => this.#unseen.add(id));
    if (!change.backfill) added.forEach(({ id }) => this.#unread.add(id));
    change.removed.forEach(({ id }) => this.#unseen.delete(id));
    this.#mode.update({ ...change, added }, lines);
    this.#count();
    this.#announcer.update(change, words(this.#context.lang));
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
    if (this.#visible) this.#unread.see(this.#mode.shown);
    refresh(this.#context);
    this.#count();
    this.#announcer.tick(lines, words(this.#context.lang));
  }

  /** The button stops it; a pointer or the focus on the line does too, for as long as it is there. */
  get #held() {
    return this.#paused || this.#pointed || this.#parts.track.matches(":focus-within");
  }

  #hold(visible = this.#visible) {
    const { button } = this.#parts;
    const { pause, resume, dismiss } = words(this.#context.lang);
    this.#visible = visible;
    if (!this.#held) this.#unseen.clear();
    this.#mode.hold(this.#held || !visible);
    button.toggleAttribute("data-paused", this.#paused);
    name(button, this.#mode.dismiss ? dismiss : this.#paused ? resume : pause);
    this.#count();
  }

  #count() {
    for (const id of this.#mode.shown) this.#unseen.delete(id);
    write(this.#parts.fresh, plural(words(this.#context.lang).fresh, this.#unseen.size, this.#context.lang));
  }

  #showStatus(late) {
    if (this.#state.show(this.#view ?? {}, this.#parts, this.#context.lang, late)) this.#tell("status", [this.status]);
  }
}
