/** Mode `stack`: the latest lines below each other; also what readers get who want no motion. */
import { age } from "./clock.js";
import { render, write } from "./line.js";
import { URGENT } from "./rotation.js";
import { plural, words } from "./words.js";

const STACK_CSS = `
[data-mode="stack"] .track { padding: 0; }
[data-mode="stack"] .when { display: block; align-self: center; margin-inline: 16px; }
.list { position: relative; flex: 1; align-self: stretch; margin: 0; padding: 0; overflow-y: auto; scroll-snap-type: y mandatory; scrollbar-color: var(--_control) #0000; }
.is-cut { opacity: 0; pointer-events: none; }
[data-more] .list::after { content: ""; display: block; block-size: calc(var(--_max) * 50px - 50px); }
.list .line { display: block; scroll-snap-align: start; padding: 12px 16px; border-block-end: 1px solid var(--_hairline); }
.list .line[dir="rtl"] { padding-block: 8.5px; }
.list .line { min-inline-size: 0; white-space: normal; overflow-wrap: anywhere; }
[data-mode="stack"] :is(.previous, .next) { min-inline-size: 44px; direction: ltr; transform: rotate(90deg); }
@container (max-width: 400px) {
  [data-mode="stack"] :is(.previous, .next) { display: none; }
}
`;

/** A list that stands still while it is being read, and shows whole lines only: pagination by scroll snapping. */
export class Stack {
  static css = STACK_CSS;
  #stage;
  #list = document.createElement("ol");
  #lines = [];
  #shown = null;
  #held = false;
  #urgent;
  #rush = false;
  #anchor = "";
  #target = "";
  /** How many lines of the list are out of sight. */
  #more = 0;
  /** Sizes are looked at once in a frame, however many lines come. */
  #sizes = new ResizeObserver(() => this.#cut());

  /** @param {{parts: Record<string, HTMLElement>, lang: Intl.Locale, max: number, label: string, show: (lines: HTMLElement[]) => void, count: () => void}} stage */
  constructor(stage) {
    this.#stage = stage;
    this.#list.className = "list";
    this.#list.tabIndex = 0;
    this.#list.ariaLabel = stage.label;
    this.#list.addEventListener("scroll", () => this.#cut(), { signal: stage.signal });
  }

  /** Ids of the lines in sight. */
  get shown() {
    return this.#rows.filter(({ className }) => !className.includes("is-cut")).map(({ dataset }) => dataset.id);
  }

  /** The board changed. While the reader holds it, lines only go or change, none comes. */
  update({ added = [], backfill }, lines) {
    const flash = !backfill && added.find(({ urgency }) => urgency <= URGENT);
    if (flash) [this.#urgent, this.#rush] = [flash.id, true];
    const known = this.#shown?.map(({ id }) => id);
    const kept = this.#held && known ? lines.filter(({ id }) => known.includes(id)) : lines;
    // Where pinned lines leave no room, a flash has it all the same.
    const wanted = kept.filter(({ id }, at) => at < this.#stage.max || (id === this.#urgent && kept[at - 1].pinned));
    this.#lines = lines;
    if (this.#rush && !this.#held) [this.#target, this.#rush] = [this.#urgent, false];
    if (wanted.length !== known?.length || wanted.some((line, at) => line !== this.#shown[at])) this.#show(wanted, known);
  }

  /** A second has passed; lines go by age too. */
  tick(lines) {
    this.update({}, lines);
    this.#tell();
  }

  /** Stand still, or go on. */
  hold(held) {
    this.#held = held;
    if (this.#shown) this.tick(this.#lines);
  }

  /** The track has another size. */
  fit() {
    this.#cut();
  }

  /** To the lines below, or above; behind the last come the first. */
  step(by) {
    const { scrollTop, clientHeight } = this.#list;
    const below = (row) => row.offsetTop > scrollTop && row.offsetTop + row.offsetHeight > scrollTop + clientHeight + 1;
    const above = (row) => row.offsetTop >= scrollTop - clientHeight;
    this.#target = (this.#rows.find(by > 0 ? below : above) ?? this.#rows[0])?.dataset.id;
    this.#cut();
  }

  /** No more. */
  stop() {
    this.#sizes.disconnect();
    [this.#lines, this.#more] = [[], 0];
    this.#tell();
  }

  get #rows() {
    return [...this.#list.children];
  }

  /** A line in part is none; one that is higher than the list is read by scrolling. */
  #cut() {
    const target = this.#rows.find(({ dataset }) => dataset.id === this.#target);
    if (target) this.#list.scrollTop = target.offsetTop;
    const { scrollTop, clientHeight } = this.#list;
    this.#target = "";
    this.#more = 0;
    for (const row of this.#rows) {
      const top = row.offsetTop - scrollTop;
      const end = top + row.offsetHeight;
      const inSight = row.offsetHeight > clientHeight ? top < 1 && end > 0 : top > -1 && end < clientHeight + 1;
      row.classList.toggle("is-cut", !inSight);
      this.#more += !inSight;
    }
    this.#anchor = scrollTop && this.shown[0];
    this.#stage.count();
    this.#tell();
  }

  /** In the row above: how old the newest line is, and how many are out of sight. */
  #tell() {
    const { parts, lang, now } = this.#stage;
    const newest = this.#lines.find(({ pinned }) => !pinned);
    write(parts.when, newest ? age(newest.firstcreated, lang, now()) : "");
    write(parts.rest, plural(words(lang).more, this.#more, lang));
    parts.box.toggleAttribute("data-more", this.#more > 0);
  }

  /** What the reader has scrolled to stays where it is. */
  #show(lines, known = lines.map(({ id }) => id)) {
    const { show } = this.#stage;
    this.#target ||= this.#anchor;
    this.#shown = lines;
    const rows = lines.map((line) => {
      const row = render(line, this.#stage, "li");
      row.classList.toggle("is-new", !known.includes(line.id));
      return row;
    });
    const focused = this.#list.querySelector(":focus")?.closest("li").dataset.id;
    this.#list.replaceChildren(...rows);
    if (this.#list.isConnected !== rows.length > 0) show(rows.length ? [this.#list] : []);
    this.#sizes.disconnect();
    rows.forEach((row) => this.#sizes.observe(row));
    if (!rows.length) this.#more = 0;
    this.#tell();
    rows.find((row) => row.dataset.id === focused)?.querySelector("a")?.focus({ preventScroll: true });
  }
}
