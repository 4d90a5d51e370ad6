/** Templates: beginnings of lines that an edition writes often, a key for each. */
import { el, fill } from "./dom.js";

const SOURCE = "ticker last source";

/** Puts them in front of a headline. */
export class Templates {
  /**
   * @param {string[]} templates with `{source}` where it goes.
   * @param {HTMLFormElement} form
   * @param {object} words
   * @param {() => void} written called when one was put in front.
   */
  constructor(templates, form, words, written) {
    Object.assign(this, { templates, form, written });
    const buttons = templates.map((template, index) => {
      const button = el("button", { type: "button", title: `Alt ${index + 1}` }, fill(template, { source: words.source }).trim());
      button.addEventListener("click", () => this.use(index));
      return button;
    });
    document.getElementById("templates").replaceChildren(...buttons);
  }

  /** @param {string} source of a line that was sent: the next one has it likely. */
  static remember(source) {
    if (source) localStorage.setItem(SOURCE, source);
  }

  /** @param {number} index */
  use(index) {
    const template = this.templates[index];
    if (template === undefined) return;
    const { headline, source } = this.form.elements;
    const said = source.value || localStorage.getItem(SOURCE) || "";
    if (template.includes("{source}") && said) source.value = said;
    headline.setRangeText(fill(template, { source: said }).replace(/^: /, ""), 0, 0, "end");
    headline.focus();
    headline.setSelectionRange(headline.value.length, headline.value.length);
    this.written();
  }
}
