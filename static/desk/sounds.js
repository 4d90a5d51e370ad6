/** Sounds, made by the page itself (Web Audio): short, and told apart without looking. */

/** Notes of each: hertz, when it begins and how long it lasts in seconds. */
const TUNES = {
  // Rises, twice: somebody waits for you.
  key: { wave: "triangle", notes: [[784, 0, 0.12], [1175, 0.13, 0.2], [784, 0.45, 0.12], [1175, 0.58, 0.25]] },
  // Falls: it is dead.
  kill: { wave: "square", notes: [[330, 0, 0.16], [196, 0.17, 0.4]] },
  // One soft note.
  rest: { wave: "sine", notes: [[659, 0, 0.3]] },
};
const LOUD = { triangle: 0.3, square: 0.12, sine: 0.3 };
const ATTACK_S = 0.01;
const SILENT = 0.0001;

/** The page's loudspeaker. */
export class Sounds {
  #audio = null;

  /** @param {() => void} changed called when the browser lets it sound, or no more. */
  constructor(changed) {
    this.changed = changed;
    const resume = () => this.#audio?.state === "suspended" && this.#audio.resume();
    for (const gesture of ["keydown", "pointerup"]) addEventListener(gesture, resume, { capture: true });
  }

  /** Whether this browser has what it takes. */
  get possible() {
    return "AudioContext" in window;
  }

  /** Whether the browser lets it sound: most want a key or a click on the page first. */
  get ready() {
    return this.#audio?.state === "running";
  }

  /** Get ready. Opened by the editor's click it sounds at once. */
  open() {
    if (!this.possible || this.#audio) return;
    this.#audio = new AudioContext();
    this.#audio.addEventListener("statechange", this.changed);
  }

  /** @param {"key"|"kill"|"rest"} name which one; none is kept for later. */
  play(name) {
    if (!this.ready) return;
    const { wave, notes } = TUNES[name];
    for (const note of notes) this.#note(wave, ...note);
  }

  /** Let the editor, who has just asked for it, hear one; a browser may take a moment to let it sound. */
  async demonstrate(name) {
    this.open();
    await this.#audio?.resume();
    this.play(name);
  }

  #note(wave, hertz, after, seconds) {
    const audio = this.#audio;
    const start = audio.currentTime + after;
    const oscillator = new OscillatorNode(audio, { type: wave, frequency: hertz });
    const gain = new GainNode(audio, { gain: SILENT });
    gain.gain.setValueAtTime(SILENT, start);
    gain.gain.exponentialRampToValueAtTime(LOUD[wave], start + ATTACK_S);
    gain.gain.exponentialRampToValueAtTime(SILENT, start + seconds);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + seconds);
  }
}
