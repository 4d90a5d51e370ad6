/** Title of the running story that the line in the box is of: what readers see above the story's lines. */

const TYPING_MS = 400;

/** The field for it, and its button. */
export class StoryTitle {
  #api;
  #words;
  #box = document.getElementById("story-title");
  #slug = null;
  #timer = 0;

  /**
   * @param {import("./api.js").Api} api
   * @param {object} words
   */
  constructor(api, words) {
    this.#api = api;
    this.#words = words;
    if (!this.#box) return;
    [this.input, this.button, this.said] = ["input", "button", "[role=status]"].map((it) => this.#box.querySelector(it));
    this.button.addEventListener("click", () => this.#save());
    this.input.addEventListener("input", (event) => event.stopPropagation());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.#save();
    });
  }

  /** @param {string} slug of the story in the box; empty: it is of none. */
  look(slug) {
    if (!this.#box || slug === this.#slug) return;
    this.#slug = slug;
    this.#box.hidden = !slug;
    this.#show("", "");
    clearTimeout(this.#timer);
    if (slug) this.#timer = setTimeout(() => this.#load(slug), TYPING_MS);
  }

  async #load(slug) {
    const title = await this.#api.storyTitle(slug).then(({ title }) => title ?? "", () => null);
    if (slug !== this.#slug) return;
    this.#show(title ?? "", title === null ? this.#words.story_title.none : "");
    this.input.disabled = this.button.disabled = title === null;
  }

  async #save() {
    const slug = this.#slug;
    try {
      const { title } = await this.#api.entitle(slug, this.input.value.trim() || null);
      if (slug === this.#slug) this.#show(title ?? "", this.#words.story_title.done);
    } catch (error) {
      if (slug === this.#slug) this.said.textContent = error.message;
    }
  }

  #show(title, said) {
    this.input.value = title;
    this.said.textContent = said;
  }
}
