/** System notifications (Notifications API), while nobody looks at the page. */

/** What the browser shows outside of the page. */
export class Notices {
  #refused = false;

  /** @returns {"insecure"|"impossible"|"denied"|"default"|"granted"} why there are none, or that there are. */
  get state() {
    if (!isSecureContext) return "insecure";
    if (this.#refused || !("Notification" in window)) return "impossible";
    return Notification.permission;
  }

  /** Ask the editor, who has just wished for them, and the browser. */
  async ask() {
    if (this.state === "default") await Notification.requestPermission();
    return this.state === "granted";
  }

  /**
   * @param {object} notice
   * @param {string} notice.title
   * @param {string} notice.body
   * @param {string} notice.tag the same thing stands there once.
   * @param {() => void} go called when it is clicked.
   */
  show({ title, ...options }, go) {
    if (this.state !== "granted") return;
    try {
      const notice = new Notification(title, { ...options, lang: document.documentElement.lang, icon: "/static/favicon.svg" });
      notice.addEventListener("click", () => {
        notice.close();
        window.focus();
        go();
      });
    } catch {
      // Browsers of phones let service workers alone do it.
      this.#refused = true;
    }
  }
}
