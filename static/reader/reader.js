/** The list on the reader page: the same feed as the banner's, grouped by time, kept in place. */
import { every } from "../ticker/clock.js";
import { acquire } from "../ticker/feed.js";
import { headline, make, speak, time } from "../ticker/line.js";

const HOUR_MS = 3600 * 1000;
const WORDED_URGENCIES = 3;

const box = document.getElementById("lines");
const { edition, lang } = box.dataset;
const sections = JSON.parse(box.dataset.sections);
const words = JSON.parse(box.dataset.words);
const items = new Map();
const { feed } = acquire(location.origin, edition, new URLSearchParams());
const life = new AbortController();

feed.addEventListener("change", () => render());
every(() => feed.ready && render(), life.signal);

/** Bring the page in line with the board, touching only what changed. */
function render() {
  const now = Date.now() + feed.store.skew;
  const lines = feed.store.lines();
  const groups = group(lines, now);
  forget(new Set(lines.map((line) => line.id)));
  if (!box.dataset.live) box.replaceChildren();
  const fresh = box.dataset.live === "yes";
  box.dataset.live = "yes";
  const wanted = lines.length ? [...groups].flatMap(([name, some]) => section(name, some, fresh)) : [nothing()];
  place(box, wanted);
}

function group(lines, now) {
  const groups = new Map();
  for (const line of lines) {
    const name = groupOf(line, now);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(line);
  }
  return groups;
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

const frames = new Map();

function section(name, lines, fresh) {
  if (!frames.has(name)) {
    frames.set(name, [speak(make("h2", "when", words[name]), lang), document.createElement("ol")]);
  }
  const [heading, list] = frames.get(name);
  place(list, lines.map((line) => item(line, fresh)));
  return [heading, list];
}

function nothing() {
  if (!frames.has("")) frames.set("", speak(make("p", "empty", words.empty), lang));
  return frames.get("");
}

function item(line, fresh) {
  const known = items.get(line.id);
  if (known?.line === line) return known.element;
  const element = known?.element ?? make("li", "line");
  element.classList.toggle("is-new", fresh && !known);
  element.dataset.id = line.id;
  element.dataset.urgency = line.urgency;
  speak(element, lang).replaceChildren(time(line, lang), text(line));
  items.set(line.id, { line, element });
  return element;
}

function text(line) {
  const text = make("div", "text");
  const meta = make("p", "meta");
  if (line.urgency <= WORDED_URGENCIES) meta.append(make("span", "urgency", words[`urgency_${line.urgency}`]));
  if (line.section) meta.append(make("span", "section", sections[line.section] ?? line.section));
  if (meta.childElementCount) text.append(meta);
  const sentence = make("p", "words");
  sentence.append(headline(line));
  if (line.source) sentence.append(" ", make("bdi", "source", line.source));
  text.append(sentence);
  if (line.correction) {
    const note = make("p", "note");
    note.append(make("span", "mark", words.corrected), " ", make("bdi", "why", line.correction));
    text.append(note);
  }
  return text;
}

function forget(ids) {
  for (const id of [...items.keys()]) if (!ids.has(id)) items.delete(id);
}

/** Give a parent these children in this order, moving none that stand right. */
function place(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}
