/** Templates: beginnings of lines, or whole ones, that an edition writes often; a key for each. */
import { el, fill } from "./dom.js";
import { Placeholders } from "./placeholders.js";

/** Where the source of the last line is kept: another editor's is no guess, nor one in another language. */
const place = ({ user, edition }) => `ticker last source ${user} ${edition}`;

/** Puts them in front of a headline. */
export class Templates {
  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {string[]} options.templates with placeholders (docs/settings.md).
   * @param {HTMLFormElement} options.form
   * @param {object} options.words
   * @param {import("./question.js").Question} options.question
   * @param {() => void} options.written called when one was put in front.
   */
  constructor({ about, templates, form, words, question, written }) {
    Object.assign(this, { about, templates, form, words, question, written });
    this.warning = document.getElementById("unfilled");
    this.placeholders = new Placeholders(templates, form, words);
    const buttons = templates.map((template, index) => {
      const whole = this.placeholders.label(template);
      // One that begins a line with a gap is known by the gap.
      const short = template.match(/^\{\w+\}\W*$/) ? whole : this.placeholders.label(template, true);
      const button = el("button", { type: "button", title: `Alt ${index + 1} · ${whole}` }, short);
      button.addEventListener("click", () => this.use(index));
      return button;
    });
    document.getElementById("templates").replaceChildren(...buttons);
  }

  /**
   * @param {object} about of the page.
   * @param {string} source of a line that was sent: the next one has it likely.
   */
  static remember(about, source) {
    if (source) localStorage.setItem(place(about), source);
  }

  /** Says what is still to be filled in. */
  show() {
    this.warning.textContent = this.#warn();
  }

  /**
   * Does it, after asking if something is still to be filled in.
   * @param {Element} place where to ask.
   * @param {() => void} go
   */
  before(place, go) {
    const warning = this.#warn();
    if (!warning) return go();
    this.question.ask(place, warning, [[this.words.fill_in, () => this.placeholders.select(), "back"], [this.words.send_anyway, go, "go-on"]]);
  }

  #warn() {
    const open = this.placeholders.unfilled(this.form.elements.headline.value);
    return open.length ? fill(this.words.unfilled, { names: open.join(" ") }) : "";
  }

  /** @param {number} index */
  use(index) {
    const template = this.templates[index];
    if (template === undefined) return;
    const { source, located } = this.form.elements;
    const said = source.value || localStorage.getItem(place(this.about)) || "";
    if (template.includes("{source}") && said) source.value = said;
    this.placeholders.put(template, { source: said, place: located.value.trim() });
    this.written();
  }
}
