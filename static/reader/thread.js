/** A list of lines of many days: they change and go as they do elsewhere; a running story's come, too. */
import { prune } from "../structured.js";
import { parsed } from "../trusted.js";
import { make } from "../ticker/line.js";
import { timeOfDay } from "../ticker/clock.js";
import { fill, grouped, place, setting } from "./item.js";
import { steadily } from "./steady.js";
import { learn, titled } from "./titles.js";
import { watch } from "./watch.js";

const box = document.getElementById("lines");
const { coverage, grows, cursor } = box.dataset;
const about = setting(box);
const { edition, lang, words } = about;
const days = new Map();
let items = new Map();

adopt(box);
watch({ edition, cursor, onflash: take, ontitles: name, onreset: refresh });

/** A title that an editor has changed stands everywhere at once. */
function name(titles) {
  learn(titles);
  if (coverage in titles && items.size) document.title = titled(coverage) + box.dataset.tail;
}

/** Take over the items that are in the page, or in a newer copy of it. */
function adopt(source) {
  items = new Map([...source.querySelectorAll(".line")].map((item) => [item.dataset.id, item]));
  arrange();
}

function take(line) {
  const known = items.get(line.id);
  if (known) disown(known);
  const belongs = line.pubstatus === "usable" && (!coverage || line.coverage === coverage);
  if (known && !belongs) items.delete(line.id);
  else if (known) steadily(box, () => fill(known, line, about));
  else if (belongs && grows) items.set(line.id, fill(make("li", "line is-new"), line, about));
  else return;
  steadily(box, arrange);
}

/** What machines read in the head keeps no words of a line that changes or goes. */
function disown(item) {
  prune((id) => id !== item.dataset.id);
  const words = item.querySelector(".headline").textContent;
  for (const meta of document.head.querySelectorAll("meta[content]")) if (meta.content === words) meta.remove();
}

/** The items in order, under headings of the reader's own days. */
function arrange() {
  const groups = grouped([...items.values()].sort(newestFirst), (item) => day(when(item)));
  if (items.size === 0) return end();
  place(box, [...groups].flatMap(([name, group]) => section(name, group)));
}

/** A story without lines is none: its title goes with the last of them. */
function end() {
  place(box, [make("p", "empty", words.empty_past)]);
  if (!coverage) return;
  document.querySelector("h1 bdi").textContent = words.filter_coverage;
  document.title = words.filter_coverage + box.dataset.tail;
}

function section(name, group) {
  if (!days.has(name)) days.set(name, [make("h2", "when", name), document.createElement("ol")]);
  const [heading, list] = days.get(name);
  for (const item of group) item.querySelector("time").textContent = timeOfDay(new Date(when(item)));
  place(list, group);
  return [heading, list];
}

function when(item) {
  return item.querySelector("time").dateTime;
}

function newestFirst(one, other) {
  const [left, right] = [one, other].map((item) => when(item) + item.dataset.id);
  return left < right ? 1 : -1;
}

function day(time) {
  return new Date(time).toLocaleDateString([lang, "en"], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** The page as it is now; where it is no more, nothing of it stays. */
async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
  const page = await parsed(answer);
  items.forEach(disown);
  if (answer.ok || answer.status === 404) adopt(page);
}
