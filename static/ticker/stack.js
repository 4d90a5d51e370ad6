/** Mode `stack`: the latest lines below each other; also what readers get who want no motion. */
import { render } from "./line.js";

/** A list that stands still while it is being read. */
export class Stack {
  #stage;
  #list = document.createElement("ol");
  #lines = [];
  #shown = null;
  #held = false;

  /** @param {{track: HTMLElement, lang: string, max: number, name: string, show: (lines: HTMLElement[]) => void}} stage */
  constructor(stage) {
    this.#stage = stage;
    this.#list.className = "list";
    this.#list.tabIndex = 0;
    this.#list.ariaLabel = stage.name;
    stage.track.style.setProperty("--_max", stage.max);
  }

  /** Ids of the lines in sight. */
  get shown() {
    return this.#shown?.map(({ id }) => id) ?? [];
  }

  /** The board changed. While the reader holds it, lines only go or change, none comes. */
  update(change, lines) {
    const { shown } = this;
    const kept = this.#held && this.#shown ? lines.filter(({ id }) => shown.includes(id)) : lines;
    const wanted = kept.slice(0, this.#stage.max);
    this.#lines = lines;
    if (wanted.length !== this.#shown?.length || wanted.some((line, at) => line !== this.#shown[at])) this.#show(wanted);
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

  fit() {}

  stop() {}

  #show(lines) {
    const { lang, show } = this.#stage;
    const known = this.#shown ? this.shown : lines.map(({ id }) => id);
    this.#shown = lines;
    const rows = lines.map((line) => {
      const row = render(line, lang, "li");
      row.classList.toggle("is-new", !known.includes(line.id));
      return row;
    });
    const focused = this.#list.querySelector(":focus")?.closest("li").dataset.id;
    this.#list.replaceChildren(...rows);
    if (this.#list.isConnected !== rows.length > 0) show(rows.length ? [this.#list] : []);
    rows.find((row) => row.dataset.id === focused)?.querySelector("a")?.focus({ preventScroll: true });
  }
}
