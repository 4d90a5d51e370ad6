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
    const wanted = kept.filter(({ id }, at) => at < this.#stage.max || id === this.#urgent);
    this.#lines = lines;
    if (wanted.length !== known?.length || wanted.some((line, at) => line !== this.#shown[at])) this.#show(wanted, known);
    if (this.#held || !this.#rush) return;
    this.#rush = false;
    this.#scroll(this.#rows.find(({ dataset }) => dataset.id === this.#urgent));
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

  /** The track or the type has another size. */
  fit() {
    this.#cut();
  }

  /** To the lines below, or above; behind the last come the first. */
  step(by) {
    const { scrollTop, clientHeight } = this.#list;
    const below = (row) => row.offsetTop > scrollTop && row.offsetTop + row.offsetHeight > scrollTop + clientHeight + 1;
    const above = (row) => row.offsetTop >= scrollTop - clientHeight;
    this.#scroll(this.#rows.find(by > 0 ? below : above) ?? this.#rows[0]);
  }

  stop() {}

  get #rows() {
    return [...this.#list.children];
  }

  #scroll(row) {
    if (row) this.#list.scrollTop = row.offsetTop;
    this.#cut();
  }

  /** A line in part is none; one that is higher than the list is read by scrolling. */
  #cut() {
    const { scrollTop, clientHeight } = this.#list;
    this.more = 0;
    for (const row of this.#rows) {
      const top = row.offsetTop - scrollTop;
      const end = top + row.offsetHeight;
      const inSight = row.offsetHeight > clientHeight ? top < 1 && end > 0 : top > -1 && end < clientHeight + 1;
      row.classList.toggle("is-cut", !inSight);
      this.more += !inSight;
    }
    this.#stage.count();
  }

  /** What the reader has scrolled to stays where it is. */
  #show(lines, known = lines.map(({ id }) => id)) {
    const { show } = this.#stage;
    const { scrollTop } = this.#list;
    const top = scrollTop && this.#rows.find((row) => row.offsetTop >= scrollTop - 1)?.dataset.id;
    this.#shown = lines;
    const rows = lines.map((line) => {
      const row = render(line, this.#stage, "li");
      row.classList.toggle("is-new", !known.includes(line.id));
      return row;
    });
    const focused = this.#list.querySelector(":focus")?.closest("li").dataset.id;
    this.#list.replaceChildren(...rows);
    if (this.#list.isConnected !== rows.length > 0) show(rows.length ? [this.#list] : []);
    this.#scroll(top && rows.find(({ dataset }) => dataset.id === top));
    rows.find((row) => row.dataset.id === focused)?.querySelector("a")?.focus({ preventScroll: true });
  }
}
