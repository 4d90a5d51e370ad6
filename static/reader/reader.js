/** The list on the reader page: the same live edition as the banner's, grouped by time, kept in place. */
import { prune } from "../structured.js";
import { every } from "../ticker/clock.js";
import { headline, make, speak } from "../ticker/line.js";
import { tellAge } from "./age.js";
import { Arrivals } from "./arrivals.js";
import { again, fill, grouped, place, setting } from "./item.js";
import { Since, placeOf } from "./since.js";
import { steadily } from "./steady.js";
import { showStories } from "./stories.js";
import { learn } from "./titles.js";

const HOUR_MS = 3600 * 1000;

const box = document.getElementById("lines");
const band = document.getElementById("stories");
const { edition, lang, words, sections } = setting(box);
const filters = new URLSearchParams(box.dataset.filters);
const items = new Map();
const frames = new Map();
// The banner's own: what one shows is what the other shows, and neither is live where one of them fails.
const { acquire } = await customElements.whenDefined("breaking-ticker");
const { view } = acquire(location.origin, edition, filters, true);
const { view: whole } = acquire(location.origin, edition, new URLSearchParams(), true);
const life = new AbortController();
const since = new Since(edition);
const arrivals = new Arrivals(box, words, lang, () => work(render));
const rule = document.createElement("li");

rule.className = "since";
rule.append(make("span", "", words.since));
view.addEventListener("change", () => work(render));
whole.addEventListener("change", () => whole.ready && work(amend));
every(() => view.attempt(() => work(render)), life.signal);

/** One who hears of a failure is the view, which is not live then. */
function work(change) {
  try {
    change();
  } catch (error) {
    again();
    throw error;
  }
}

/** Bring the page in line with the board, touching only what changed. */
function render() {
  if (!view.ready) return;
  const now = Date.now() + view.skew;
  learn(view.titles);
  const fresh = box.dataset.live === "yes";
  const lines = arrivals.sift(view.lines(), fresh ? items : null);
  if (!fresh) takeOver();
  box.dataset.live = "yes";
  steadily(box, () => arrange(lines, now, fresh));
  for (const { element } of items.values()) tellAge(element.querySelector("time"), now, lang);
}

function arrange(lines, now, fresh) {
  forget(new Set(lines.map((line) => line.id)));
  const groups = grouped(lines, (line) => groupOf(line, now));
  const last = lastSeen(lines);
  place(box, lines.length ? [...groups].flatMap(([name, some]) => section(name, some, fresh, last)) : [nothing()]);
  if (!filters.size) showStories(band, view.lines(), now, { edition, lang });
}

/** What was served has done its part; a line that is killed later must not stay in it, shown or not. */
function takeOver() {
  box.replaceChildren();
  document.querySelector("breaking-ticker").replaceChildren();
}

/** The newest line that the reader had when they left, if there are newer ones: the rule stands above it. */
function lastSeen(lines) {
  const timed = lines.filter(({ pinned }) => !pinned);
  since.see(whole.lines().find(({ pinned }) => !pinned));
  const index = timed.findIndex((line) => placeOf(line) <= since.mark);
  return index > 0 ? timed[index] : null;
}

function groupOf(line, now) {
  if (line.pinned) return "pinned";
  const then = new Date(line.firstcreated);
  if (now - then < HOUR_MS) return "now";
  const days = Math.round((midnight(now) - midnight(then)) / (24 * HOUR_MS));
  return ["today", "yesterday"][days] ?? "earlier";
}

function midnight(moment) {
  return new Date(moment).setHours(0, 0, 0, 0);
}

function section(name, lines, fresh, last) {
  if (!frames.has(name)) {
    frames.set(name, [speak(make("h2", "when", words[name]), lang), document.createElement("ol")]);
  }
  const [heading, list] = frames.get(name);
  place(list, lines.flatMap((line) => (line === last ? [rule, item(line, fresh)] : [item(line, fresh)])));
  return [heading, list];
}

function nothing() {
  const text = [...filters].length ? words.empty_part : words.empty;
  if (!frames.has("")) frames.set("", speak(make("p", "empty", text), lang));
  return frames.get("");
}

function item(line, fresh) {
  const known = items.get(line.id);
  if (known?.line === line) return known.element;
  if (known) prune((id) => id !== line.id);
  const element = known?.element ?? make("li", "line");
  element.classList.toggle("is-new", fresh && !known);
  items.set(line.id, { line, element });
  return fill(element, line, { edition, lang, sections, words, skew: view.skew });
}

function forget(ids) {
  const gone = [...items.keys()].filter((id) => !ids.has(id));
  for (const id of gone) unsay(id);
}

/** Neither list nor head keeps words of a line that has left, or reads otherwise. */
function unsay(gone) {
  items.delete(gone);
  prune((id) => id !== gone);
}

/** What is most read stays as it was counted, but no line stays that left the board, or reads otherwise. */
function amend() {
  const lines = new Map(whole.lines().map((line) => [line.id, line]));
  for (const entry of document.querySelectorAll(".most li")) {
    const line = lines.get(entry.dataset.id);
    if (line) entry.replaceChildren(headline(line, lang));
    else entry.remove();
  }
  const most = document.querySelector(".most");
  if (most) most.hidden = most.querySelector("li") === null;
}
