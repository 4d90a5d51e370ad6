/** Mode `stack`: the latest lines below each other; also what readers get who want no motion. */
import { render } from "./line.js";
import { URGENT } from "./rotation.js";

/** A list that stands still while it is being read, and shows whole lines only: pagination by scroll snapping. */
export class Stack {
  #stage;
  #list = document.createElement("ol");
  #lines = [];
  #shown = null;
  #held = false;
  #urgent;
  #rush = false;
  #anchor = "";
  #target = "";
  /** Sizes are looked at once in a frame, however many lines come. */
  #sizes = new ResizeObserver(() => this.#cut());

  /** How many lines of the list are out of sight. */
  more = 0;

  /** @param {{track: HTMLElement, max: number, label: string, show: (lines: HTMLElement[]) => void, count: () => void}} stage */
  constructor(stage) {
    this.#stage = stage;
    this.#list.className = "list";
    this.#list.tabIndex = 0;
    this.#list.ariaLabel = stage.label;
    this.#list.addEventListener("scroll", () => this.#cut());
    stage.track.style.setProperty("--_max", stage.max);
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
    this.more = 0;
    for (const row of this.#rows) {
      const top = row.offsetTop - scrollTop;
      const end = top + row.offsetHeight;
      const inSight = row.offsetHeight > clientHeight ? top < 1 && end > 0 : top > -1 && end < clientHeight + 1;
      row.classList.toggle("is-cut", !inSight);
      this.more += !inSight;
    }
    this.#anchor = scrollTop && this.shown[0];
    this.#stage.count();
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
    if (!rows.length) this.more = 0;
    rows.find((row) => row.dataset.id === focused)?.querySelector("a")?.focus({ preventScroll: true });
  }
}
