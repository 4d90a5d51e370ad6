/** The line as readers will see it: the real banner, fed by hand. */
import { el } from "./dom.js";

const MIRRORED = { ltr: "ar", rtl: "en" };

/** One banner in one mode at a time. */
export class Preview {
  #mode = "rotate";
  #mirrored = false;
  #lines = [];

  /** @param {{lang: string, dir: string, label: string}} about */
  constructor(about) {
    this.about = about;
    this.stage = document.getElementById("stage");
    const box = document.getElementById("preview");
    box.addEventListener("click", ({ target }) => {
      if (target.dataset.mode) this.#mode = target.dataset.mode;
      else if ("mirror" in target.dataset) this.#mirrored = !this.#mirrored;
      else return;
      for (const button of box.querySelectorAll("[data-mode]")) button.ariaPressed = button.dataset.mode === this.#mode;
      box.querySelector("[data-mirror]").ariaPressed = this.#mirrored;
      this.#build();
    });
    this.#build();
  }

  /** @param {object} flash what would be published; no line, no headline. */
  show(flash) {
    const now = new Date().toISOString();
    const line = { id: "preview", version: 1, pubstatus: "usable", firstcreated: now, pinned: false, ...flash };
    this.#lines = flash.headline ? [line] : [];
    this.#feed();
  }

  #build() {
    const { lang, dir, label } = this.about;
    const banner = el("breaking-ticker");
    banner.setAttribute("lang", this.#mirrored ? MIRRORED[dir] : lang);
    if (!this.#mirrored) banner.dir = dir;
    banner.setAttribute("mode", this.#mode);
    if (!this.#mirrored) banner.setAttribute("label", label);
    this.banner = banner;
    this.#feed();
    this.stage.replaceChildren(banner);
  }

  #feed() {
    this.banner.lines = this.#mode === "flash" ? this.#lines.map((line) => ({ ...line, urgency: 1 })) : this.#lines;
  }
}
