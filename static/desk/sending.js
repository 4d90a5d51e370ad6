/**
 * Sending: the way of a sheet from the box to the service, once (idempotency key), and through a hold
 * if readers will see what comes of it. A new line is held at the service, so that it goes out even if this
 * page is closed; a change to a line that exists is held here, and the line stays as it is until then.
 */
import { fileAll, goesFurther, list, sayAlso, sayRefused, stopOthers } from "./also.js";
import { isUnknown, Refused } from "./api.js";
import { airs } from "./budget.js";
import { fill, uuid } from "./dom.js";
import { changes } from "./sheets.js";
import { Templates } from "./templates.js";

const GONE = [404, 409, 412];
const AGAIN_MS = 500;
// The service knows a key for a day (docs/api.md); what is sent again takes some time to get there.
const KNOWN_MS = 23 * 3600_000;

/** The sheets that are on their way from this tab, a card for each. */
export class Sending {
  #cards = new Map();
  #changing = new Map();
  #stopping = new Set();
  #aborted = new Set();
  #queued = new Map();

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   * @param {import("./sheets.js").Shelf} options.shelf
   * @param {import("./cards.js").Cards} options.cards
   * @param {(sheet: object, why: {said?: string, error?: Error}) => void} options.back takes a sheet that did not go out.
   */
  constructor({ about, words, api, shelf, cards, back }) {
    Object.assign(this, { about, words, api, shelf, cards, back });
  }

  /** Ids of the sheets on their way. */
  get ids() {
    return [...this.#cards.keys()].map(({ id }) => id);
  }

  /** Ids of the lines that the service holds, and that have a card here. */
  get held() {
    return new Set([...this.#cards.keys()].map(({ held }) => held?.id));
  }

  /** Lines as they will be once what is on its way from here has gone out: {id, urgency, headline}. */
  get coming() {
    const sheets = [...this.#cards.keys()].filter((sheet) => ["counting", "sending", "held"].includes(sheet.state) && airs(sheet, sheet.query, this.about));
    const lines = sheets.map(({ id, of, held, fields }) => ({ id: of?.id ?? held?.id ?? id, urgency: fields.urgency, headline: fields.headline }));
    return [...lines, ...this.#changing.values()];
  }

  /** @param {object[]} sheets that were on their way when their page went. */
  resume(sheets) {
    for (const sheet of sheets) {
      if (sheet.state === "counting") this.#back(sheet, {});
      if (sheet.state === "sending") this.#doubt(sheet);
      if (sheet.state === "held") this.#held(sheet);
    }
  }

  /**
   * @param {object} sheet
   * @param {{draft?: true}} query
   */
  send(sheet, query) {
    sheet.query = sheet.of || query.draft ? query : { hold: this.about.hold };
    return this.#reachesReaders(sheet) ? this.#count(sheet) : this.#post(sheet);
  }

  /**
   * Something else that readers will see goes through the same hold.
   * @param {object} what
   * @param {string} what.line
   * @param {string} what.deed a name in `words.holding`.
   * @param {object} what.becomes {id, urgency} of the line afterwards.
   * @param {(key: string) => Promise<object>} act under a key, so that it is done once.
   */
  hold({ line, deed, becomes }, act) {
    const { words } = this;
    const key = uuid();
    const card = this.cards.open(line);
    const ask = (sentence, choices = {}) => (this.#changing.delete(card), card.ask(sentence, { ...choices, [words.close]: () => card.close() }));
    const close = () => (this.#changing.delete(card), card.close());
    const failed = (error) => (isUnknown(error) ? ask(words.doubts.change, { [words.resend]: begin }) : ask(error.message));
    const end = () => act(key).then(close, failed);
    const begin = () => {
      this.#changing.set(card, { ...becomes, headline: line });
      this.#ring(card, { deed, stop: close, late: () => ask(words.overslept), end });
    };
    begin();
  }

  /** @param {object[]} records of the queue: what was held and is not there is out, or was stopped by somebody. */
  hear(records) {
    this.#queued = new Map(records.map((record) => [record.flash.id, record]));
    for (const sheet of this.#cards.keys()) {
      if (sheet.state !== "held") continue;
      if (this.#queued.has(sheet.held.id)) this.#compare(sheet);
      else this.#settle(sheet);
    }
  }

  /** Whether a change to a line that exists is seen by readers. */
  #reachesReaders({ kind, of, fields, query }) {
    if (!of || query.draft) return false;
    if (kind === "correct" || kind === "refile") return true;
    return !this.#waits({ fields }) && of.stage !== "awaiting";
  }

  /** Whether it waits for a time or a second editor, and not for its hold alone. */
  #waits({ fields: { embargoed, urgency } }) {
    return embargoed || (this.about.twoKey && urgency === 1);
  }

  #card(sheet) {
    const card = this.#cards.get(sheet) ?? this.cards.open(sheet.fields.headline);
    this.#cards.set(sheet, card);
    card.mention(sayAlso(sheet, this.words));
    return card;
  }

  #ring(card, { until, ...does }) {
    const seconds = this.about.hold;
    if (seconds === 0) return does.end();
    card.count({ until: until ?? Date.now() + seconds * 1000, seconds, ...does });
  }

  /** Held here. */
  #count(sheet) {
    this.#keep(sheet, "counting");
    const stop = () => this.#back(sheet, { said: this.words.aborted });
    const late = () => this.#back(sheet, { said: this.words.overslept });
    this.#ring(this.#card(sheet), { deed: deedOf(sheet), stop, late, end: () => this.#post(sheet, this.words.ended) });
  }

  async #post(sheet, said = this.words.sending) {
    sheet.sent ??= Date.now();
    this.#keep(sheet, "sending");
    // Until the answer says which line it is, an abort can only be kept.
    this.#aborted.delete(sheet);
    this.#card(sheet).wait(said, sheet.query.hold && !this.#waits(sheet) ? () => this.#aborted.add(sheet) : null);
    try {
      this.#stored(sheet, await this.#store(sheet));
    } catch (error) {
      if (isUnknown(error)) this.#doubt(sheet);
      else this.#back(sheet, { error });
    }
  }

  /** A new line; what was changed of one; a draft, which is then let go. */
  async #store(sheet) {
    const { kind, of, fields, query, key } = sheet;
    if (goesFurther(sheet)) return fileAll(this.api, sheet);
    if (!of) return this.api.publish(fields, query, key);
    const { id, version } = of;
    const names = changes(of.fields, fields);
    const body = Object.fromEntries(names.map((name) => [name, fields[name] ?? this.about.fields[name].default]));
    if (kind === "correct") body.correction = fields.correction ?? this.words.note_default;
    const silently = { version, key: `${key}-change`, refile: kind !== "correct" };
    const changed = Object.keys(body).length ? await this.api.change(id, body, silently) : of;
    if (kind !== "draft" || query.draft) return changed;
    return this.api.release(id, 0, { version: changed.version, key: `${key}-release` });
  }

  #stored(sheet, flash) {
    const { about } = this;
    const { fields, of, query } = sheet;
    Templates.remember(about, fields.source);
    const waitsElsewhere = of || query.draft || this.#waits({ fields: flash });
    const isAborted = this.#aborted.delete(sheet);
    if (flash.pubstatus !== "withheld" || waitsElsewhere) return isAborted ? this.#tooLate(sheet) : this.#done(sheet);
    sheet.held = { id: flash.id, version: flash.version, until: Date.now() + about.hold * 1000 };
    this.#keep(sheet, "held");
    if (isAborted) return this.#stop(sheet);
    this.#held(sheet);
    this.#compare(sheet);
  }

  /** Held at the service. */
  #held(sheet) {
    const end = () => this.#queued.has(sheet.held.id) || this.#settle(sheet);
    this.#ring(this.#card(sheet), { until: sheet.held.until, stop: () => this.#stop(sheet), end });
  }

  async #stop(sheet) {
    const { id, version } = sheet.held;
    this.#stopping.add(sheet);
    try {
      const others = stopOthers(this.api, sheet);
      await this.api.kill(id, "stopped", { version });
      this.#stopped(sheet, this.words.aborted, await others);
    } catch (error) {
      if (error instanceof Refused && GONE.includes(error.status)) this.#tooLate(sheet);
      else this.#stopAgain(sheet);
    } finally {
      this.#stopping.delete(sheet);
    }
  }

  /** Nothing is known: the seconds run on, and stopping twice does no harm. */
  #stopAgain(sheet) {
    sheet.stops = true;
    const end = () => this.#settle(sheet);
    this.#ring(this.#card(sheet), { until: sheet.held.until, stop: () => this.#stop(sheet), end });
    this.#card(sheet).remark(this.words.not_stopped);
    setTimeout(() => sheet.state === "held" && this.#cards.has(sheet) && this.#stop(sheet), AGAIN_MS);
  }

  #tooLate(sheet) {
    this.#card(sheet).ask(this.words.too_late, { [this.words.close]: () => this.#done(sheet) });
    sheet.state = "late";
  }

  /** What became of a line that is held no more. */
  async #settle(sheet) {
    const answer = await this.api.versions(sheet.held.id).catch(() => null);
    const newest = answer?.versions.at(-1);
    if (!newest || newest.stage === "held" || this.#stopping.has(sheet) || !this.#cards.has(sheet)) return;
    const { flash, by } = newest;
    const stopped = flash.pubstatus === "canceled" && flash.version === sheet.held.version + 1;
    if (!stopped) return sheet.stops ? this.#tooLate(sheet) : this.#done(sheet);
    this.#stopping.add(sheet);
    const late = await stopOthers(this.api, sheet);
    this.#stopping.delete(sheet);
    this.#stopped(sheet, fill(this.words.stopped_by, { name: by }), late);
  }

  #stopped(sheet, said, late) {
    this.#back(sheet, { said: late.length ? fill(this.words.also_late, { editions: list(late) }) : said });
  }

  /** The hold is the moment to say that somebody else has the same news. */
  async #compare(sheet) {
    const { headline, urgency, source } = sheet.fields;
    const answer = await this.api.lint({ headline, urgency, source, id: sheet.held.id }).catch(() => null);
    const like = answer?.warnings.find(({ kind }) => kind === "similar");
    const other = this.#queued.get(like?.id);
    const seconds = other?.due ? Math.max(0, Math.ceil((Date.parse(other.due) - Date.now()) / 1000)) : "";
    const sentence = other?.stage === "held" ? this.words.same_held : this.words.same;
    this.#cards.get(sheet)?.remark(like ? fill(sentence, { name: other?.by, line: like.line, seconds }) : "");
  }

  /** It may be out: only the same under the same key may follow, as long as the service knows that. */
  #doubt(sheet) {
    const { words } = this;
    const card = this.#card(sheet);
    const isKnown = () => Date.now() - (sheet.sent ?? sheet.made) < KNOWN_MS;
    const giveUp = { [words.give_up]: () => this.#back(sheet, { said: words.maybe_out }) };
    const again = () => (isKnown() ? this.#again(sheet) : this.#doubt(sheet));
    if (isKnown()) card.ask(words.doubts[sheet.query.draft ? "draft" : deedOf(sheet)], { [words.resend]: again, ...giveUp });
    else card.ask(words.doubts.forgotten, giveUp);
  }

  /** What readers see passes a hold again: the first one may be long over. Stopped it is as doubtful as before. */
  async #again(sheet) {
    const doubt = () => this.#doubt(sheet);
    if (this.#reachesReaders(sheet)) return this.#ring(this.#card(sheet), { deed: deedOf(sheet), stop: doubt, late: doubt, end: () => this.#post(sheet, this.words.ended) });
    await this.#post(sheet);
    // Its hold may be over by now.
    if (sheet.state === "held") this.#settle(sheet);
  }

  #done(sheet) {
    this.shelf.drop(sheet);
    const refused = sayRefused(sheet, this.words);
    if (!refused) return this.#close(sheet);
    sheet.state = "done";
    this.#card(sheet).ask(refused, { [this.words.close]: () => this.#close(sheet) });
  }

  /** It did not go out, and may be changed and sent anew. */
  #back(sheet, why) {
    this.#close(sheet);
    Object.assign(sheet, { key: uuid(), held: null, query: null, others: null, stops: false, sent: null });
    this.#keep(sheet, "typing");
    this.back(sheet, why);
  }

  #close(sheet) {
    this.#cards.get(sheet)?.close();
    this.#cards.delete(sheet);
  }

  #keep(sheet, state) {
    sheet.state = state;
    this.shelf.keep(sheet);
  }
}

/** What happens when a sheet has passed its hold: a name in `words.holding`. */
function deedOf({ kind }) {
  return kind === "correct" || kind === "refile" ? kind : "publish";
}
