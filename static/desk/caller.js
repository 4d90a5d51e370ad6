/** Caller: how a desk calls its editor, as they have chosen for this browser: by sound, by notification, by a count. */
import { Badge } from "./badge.js";
import { el, fill, isolated } from "./dom.js";
import { Notices } from "./notices.js";
import { Sounds } from "./sounds.js";
import { Speaker } from "./speaker.js";

const CHOSEN = "ticker calls";
const SOUND = { key: "key", kill: "kill" };
const ISOLATES = /[\u2068\u2069]/g;

/** Of one tab. */
export class Caller {
  #last = null;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./taken.js").Taken} options.tabs
   * @param {(id: string) => void} options.go takes the editor to a line.
   */
  constructor({ about, words, tabs, go }) {
    Object.assign(this, { words: words.calls, named: words.named, comma: words.people.comma, go });
    this.speaker = new Speaker(about, tabs);
    this.badge = new Badge();
    this.notices = new Notices();
    this.sounds = new Sounds(() => this.#show());
    for (const id of ["calling", "called", "call-sounds", "call-notices", "sounds-state", "notices-state"]) this[id] = document.getElementById(id);
    this.button = document.getElementById("calls");
    this.button.addEventListener("click", () => (this.#show(), this.calling.showModal()));
    this["call-sounds"].addEventListener("change", ({ target }) => this.#choose({ sounds: target.checked }));
    this["call-notices"].addEventListener("change", async ({ target }) => this.#choose({ notices: target.checked && (await this.notices.ask()) }));
    this.calling.addEventListener("click", ({ target }) => target.dataset.try && this.sounds.demonstrate(target.dataset.try));
    addEventListener("storage", ({ key }) => key === CHOSEN && this.#show());
    this.#show();
  }

  /**
   * Once for all tabs: the one that was looked at last does it.
   * @param {{kind: string, id: string, line: string, name: string, edition: string}} call
   */
  async call({ kind, id, line, name, edition }) {
    if (!(await this.speaker.isThis())) return;
    this.#last = id;
    const title = fill(this.words.kinds[kind], { name: isolated(name), edition });
    this.called.replaceChildren(el("span", {}, fill(this.named, { name: title, text: isolated(line) })));
    this.badge.add();
    const { sounds, notices } = chosen();
    if (sounds) this.sounds.play(SOUND[kind] ?? "rest");
    if (notices && document.hidden) this.notices.show({ title: title.replace(ISOLATES, ""), body: line, tag: `ticker ${kind} ${id}` }, () => this.go(id));
  }

  /** To the line that called last. */
  answer() {
    if (this.#last) this.go(this.#last);
  }

  #choose(choice) {
    localStorage.setItem(CHOSEN, JSON.stringify({ ...chosen(), ...choice }));
    this.#show();
  }

  #show() {
    const { words, sounds, notices } = this;
    const choice = chosen();
    const mayNotify = ["granted", "default"].includes(notices.state);
    if (choice.sounds) sounds.open();
    this["call-sounds"].checked = choice.sounds && sounds.possible;
    this["call-sounds"].disabled = !sounds.possible;
    this["sounds-state"].textContent = sounds.possible ? (choice.sounds && !sounds.ready ? words.waits : "") : words.impossible;
    this["call-notices"].checked = choice.notices && notices.state === "granted";
    this["call-notices"].disabled = !mayNotify;
    this["notices-state"].textContent = mayNotify ? "" : words[notices.state];
    const on = [choice.sounds && sounds.possible && (sounds.ready ? words.sounds : words.waiting), choice.notices && notices.state === "granted" && words.notices].filter(Boolean);
    this.button.textContent = fill(this.named, { name: words.title, text: on.join(this.comma) || words.off });
  }
}

/** What this browser's editor wants. */
function chosen() {
  try {
    return { sounds: false, notices: false, ...JSON.parse(localStorage.getItem(CHOSEN)) };
  } catch {
    return { sounds: false, notices: false };
  }
}
