/** A question that is asked in place, before something is done: a sentence, and a button for each answer. */
import { el } from "./dom.js";

/** One at a time. */
export class Question {
  #panel = null;

  /**
   * @param {Element} place where to ask.
   * @param {string} sentence
   * @param {Array<[string, () => void, string]>} answers word, what it does, class; Escape is the one that is "back".
   * @param {Node|string} [more] what else is to be known.
   */
  ask(place, sentence, answers, more = "") {
    this.close();
    const buttons = answers.map(([word, answer, className]) => {
      const button = el("button", { type: "button", className, title: word }, word);
      button.addEventListener("click", () => {
        this.close();
        answer();
      });
      return button;
    });
    this.#panel = el("div", { className: "question", role: "group", ariaLabel: sentence }, el("p", { role: "alert" }, sentence), more, ...buttons);
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      buttons.find((button) => button.classList.contains("back")).click();
    });
    place.append(this.#panel);
    // A key that was meant for something else answers nothing that cannot be taken back.
    buttons.find((button) => button.classList.contains("back")).focus();
    this.#panel.scrollIntoView({ block: isCovered(this.#panel) ? "start" : "nearest" });
  }

  /** What was asked about is not there any more. */
  close() {
    this.#panel?.remove();
    this.#panel = null;
  }
}

/** Whether cards lie over it, as they do on a phone. */
function isCovered(panel) {
  const [one, other] = [panel, document.getElementById("cards")].map((it) => it.getBoundingClientRect());
  return one.bottom > other.top && one.top < other.bottom && one.right > other.left && one.left < other.right;
}
