/** Which of a user's tabs at one desk calls: the one that was looked at last, so that nothing calls twice. */

/** This tab's part in it. */
export class Speaker {
  #name;

  /**
   * @param {{user: string, edition: string}} about
   * @param {import("./taken.js").Taken} tabs
   */
  constructor({ user, edition }, tabs) {
    this.#name = `ticker speaker ${user} ${edition}`;
    this.tabs = tabs;
    const claim = () => document.hidden || localStorage.setItem(this.#name, tabs.id);
    for (const [target, event] of [[window, "focus"], [document, "visibilitychange"]]) target.addEventListener(event, claim);
    claim();
  }

  /** @returns {Promise<boolean>} whether it is this one. Where the one that was it is gone, any that lives. */
  async isThis() {
    const { id } = this.tabs;
    if (localStorage.getItem(this.#name) === id) return true;
    const living = await this.tabs.living();
    const speaker = localStorage.getItem(this.#name);
    if (living.includes(speaker)) return speaker === id;
    const [first] = living.sort();
    if (first === id) localStorage.setItem(this.#name, id);
    return first === id;
  }
}
