/** How much has called since anybody looked: in the tab's title and on its icon. */

const SIZE = 32;
const MOST = 99;

/** The count. */
export class Badge {
  #title = document.title;
  #icon = document.querySelector("link[rel=icon]");
  #plain = this.#icon.getAttribute("href");
  #count = 0;

  constructor() {
    for (const [target, event] of [[window, "focus"], [document, "visibilitychange"]]) target.addEventListener(event, () => isLookedAt() && this.#show(0));
  }

  /** One more, unless somebody is looking. */
  add() {
    if (!isLookedAt()) this.#show(this.#count + 1);
  }

  #show(count) {
    if (count === this.#count) return;
    this.#count = count;
    document.title = count ? `(${count}) ${this.#title}` : this.#title;
    this.#icon.type = count ? "image/png" : "image/svg+xml";
    this.#icon.href = count ? drawn(count) : this.#plain;
  }
}

/** Whether somebody has this page before them. */
export function isLookedAt() {
  return !document.hidden && document.hasFocus();
}

/** The icon with a number, as a data URL. */
function drawn(count) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#14161a";
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.fillStyle = "#ffffff";
  pen.font = `650 ${count > 9 ? 20 : 26}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(String(Math.min(count, MOST)), SIZE / 2, SIZE / 2 + 1);
  return canvas.toDataURL("image/png");
}
