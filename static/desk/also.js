/**
 * One act, several editions: to which other editions a new line goes with this one, as a draft that is to be put in
 * their language, or as it is. All are filed in one request, as versions of one story.
 */
import { el, fill } from "./dom.js";
import { mark } from "./marks.js";

/** What a draft for another edition does not take over: its editors say it. */
const OWN = ["pinned", "expires", "embargoed"];

/** The choice under the box: `{ar: "draft", es: "line"}` by edition. */
export class Also {
  #story = null;

  /**
   * @param {object} options
   * @param {object} options.about of the page.
   * @param {object} options.words
   * @param {import("./api.js").Api} options.api
   */
  constructor({ about, words, api }) {
    Object.assign(this, { about, words, api });
    this.choices = others(about).map((edition) => new Choice(edition, words));
    const boxes = this.choices.map(({ element }) => element);
    document.getElementById("also").replaceChildren(...(boxes.length ? [el("legend", {}, words.also), ...boxes] : []));
  }

  read() {
    return Object.fromEntries(this.choices.map(({ code, value }) => [code, value]).filter(([, value]) => value));
  }

  /** @param {object} [chosen] */
  write(chosen = {}) {
    for (const choice of this.choices) choice.value = chosen[choice.code];
  }

  /** The others in which the same words go out. */
  get others() {
    return Object.entries(this.read()).filter(([, how]) => how === "line").map(([code]) => code);
  }

  /** @param {?string} story whose versions other editions may have already: those are shown, and not offered again. */
  async look(story = null) {
    if (story !== this.#story) for (const choice of this.choices) choice.has(null);
    this.#story = story;
    if (story === null || this.about.drill || this.choices.length === 0) return;
    const answer = await this.api.story(story).catch(() => null);
    if (answer === null || this.#story !== story) return;
    for (const choice of this.choices) choice.has(answer.versions[choice.code] ?? null);
  }
}

/** One of the other editions. */
class Choice {
  #version = null;

  constructor(edition, words) {
    const { code, name, lang } = edition;
    Object.assign(this, { code, edition, words });
    this.box = el("input", { type: "checkbox", data: { also: code } });
    this.how = el("select", { ariaLabel: fill(words.also_how, { edition: code }), data: { how: code } },
      el("option", { value: "draft" }, words.also_draft), el("option", { value: "line" }, words.also_line));
    this.box.addEventListener("change", () => this.#show());
    this.label = el("label", { className: "check" }, this.box, " ", el("bdi", { lang }, name));
    this.element = el("div", {}, this.label, this.how);
    this.#show();
  }

  get value() {
    return this.box.checked && !this.#version ? this.how.value : null;
  }

  set value(how) {
    this.box.checked = Boolean(how);
    this.how.value = how ?? "draft";
    this.#show();
  }

  /** @param {?object} version that the edition has of the story; one that was killed may have a successor. */
  has(version) {
    this.#version = version?.pubstatus === "canceled" ? null : version;
    this.#show();
  }

  #show() {
    const { edition, words } = this;
    const version = this.#version;
    this.how.hidden = !this.box.checked;
    // What has the focus stays where it is, or a key would lose it.
    const shown = version ? [mark(edition, version, { words, isStale: version.check.length > 0 })] : [this.label, this.how];
    if (version || !this.element.contains(this.label)) this.element.replaceChildren(...shown);
  }
}

/** The other editions that are theirs; at a drill those of the drill. */
function others({ edition, editions, theirs, drill }) {
  const own = editions.filter(({ code }) => theirs.includes(code));
  return own.map((it) => ({ ...it, code: drill ? `drill-${it.code}` : it.code })).filter(({ code }) => code !== edition);
}

/** Whether a sheet goes to other editions too. */
export function goesFurther({ kind, also }) {
  return kind === "new" && Object.keys(also ?? {}).length > 0;
}

/**
 * Files a new line with its versions in other editions, and notes in `sheet.others` what became of those.
 * @param {import("./api.js").Api} api
 * @param {import("./sheets.js").Sheet} sheet
 * @returns {Promise<object>} the flash of this edition.
 */
export async function fileAll(api, sheet) {
  const { fields, also, query, key } = sheet;
  const copied = Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN.includes(name)));
  const { story: _, ...words } = fields;
  const { story: __, ...draft } = copied;
  const further = Object.entries(also).map(([edition, how]) => ({ edition, ...(how === "draft" ? { ...draft, draft: true } : words) }));
  const { results } = await api.publishAll([{ edition: api.edition, ...fields }, ...further], { ...query, linked: true }, key);
  const [first, ...rest] = results;
  // What the store could not say is asked again, under the same key: nothing is done twice.
  const bad = results.find(({ status }) => status >= 500) ?? (first.problem && first);
  if (bad) throw api.refused(bad.status, bad.problem);
  sheet.others = rest.map(({ status, flash, problem }, index) => ({
    edition: further[index].edition,
    id: flash?.id,
    version: flash?.version,
    problem: problem && api.refused(status, problem).message,
  }));
  return first.flash;
}

/**
 * Stops the versions in other editions: a draft is withdrawn, a line that is held does not go out.
 * @returns {Promise<string[]>} the editions in which it was too late.
 */
export async function stopOthers(api, { others: filed }) {
  const open = (filed ?? []).filter(({ id }) => id);
  const outcomes = await Promise.allSettled(open.map(({ edition, id, version }) => api.stop(edition, id, version)));
  return open.filter((_, index) => outcomes[index].status === "rejected").map(({ edition }) => edition);
}

/** In words, where else a sheet goes: "Also to ar (draft), es". */
export function sayAlso(sheet, words) {
  if (!goesFurther(sheet)) return "";
  const editions = Object.entries(sheet.also).map(([code, how]) => (how === "draft" ? fill(words.also_as_draft, { edition: code }) : code));
  return fill(words.also_to, { editions: list(editions) });
}

/** In words, what was refused of it elsewhere; "": nothing. */
export function sayRefused({ others: filed }, words) {
  return (filed ?? []).filter(({ problem }) => problem).map(({ edition, problem }) => fill(words.also_refused, { edition, problem })).join(" ");
}

/** Codes of editions, one after another as the desk's language has it. */
export function list(editions) {
  return new Intl.ListFormat(document.documentElement.lang, { style: "short", type: "unit" }).format(editions);
}
