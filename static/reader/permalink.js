/** The page of one line: it is corrected in place, and a kill leaves none of its words. */
import { make, run } from "../ticker/line.js";
import { directionOf, language } from "../ticker/words.js";
import { learn, storyLink } from "./titles.js";
import { watch } from "./watch.js";

const WORDED_URGENCIES = 3;

const article = document.querySelector("article");
const { id, edition, cursor } = article.dataset;
const lang = language(article.dataset.lang, document.dir);
const [words, sections, regions] = ["words", "sections", "regions"].map((name) => JSON.parse(article.dataset[name]));
learn(JSON.parse(article.dataset.titles));
const find = (selector) => article.querySelector(selector);

article.querySelectorAll("time").forEach(localise);
share();
watch({ edition, cursor, onflash: take, ontitles: learn, onreset: refresh });

function take(line) {
  if (line.id !== id || line.version <= Number(article.dataset.version)) return;
  if (line.pubstatus === "canceled") withdraw();
  else correct(line);
}

async function refresh() {
  const answer = await fetch(`/v1/${edition}/flashes/${encodeURIComponent(id)}`, { cache: "no-store" });
  if (answer.ok || answer.status === 410) take(await answer.json());
}

/** Nothing that a machine or a person could read of it stays: neither in the page nor in its head. */
function withdraw() {
  document.title = words.withdrawn;
  document.head.querySelectorAll("meta[property], meta[name=description], link[rel=alternate], script[type='application/ld+json']").forEach((each) => each.remove());
  const tombstone = make("div", "tombstone");
  tombstone.append(make("h1", "", words.withdrawn), make("p", "", words.withdrawn_why));
  tombstone.setAttribute("role", "alert");
  article.replaceWith(tombstone);
}

function correct(line) {
  const reads = (name) => find(name)?.textContent ?? "";
  const reworded = reads("h1 .headline") !== line.headline;
  const noted = reads(".note .why") !== (line.correction ?? "");
  article.dataset.version = line.version;
  article.dataset.urgency = line.urgency;
  document.title = line.headline + article.dataset.tail;
  set("h1 .headline", line.headline);
  set(".note .why", line.correction ?? "");
  find(".note").hidden = !line.correction;
  rate(line);
  tell(line);
  file(line);
  for (const link of article.querySelectorAll("[data-pattern]")) {
    link.href = link.dataset.pattern.replaceAll("{text}", encodeURIComponent(line.headline));
  }
  if (reworded || noted) remember(line, noted);
}

function set(name, text) {
  Object.assign(find(name), { textContent: text, dir: directionOf(text, lang) });
}

function rate({ urgency }) {
  find(".urgency")?.remove();
  if (urgency <= WORDED_URGENCIES) find(".meta").prepend(make("span", "urgency", words[`urgency_${urgency}`]));
}

function tell({ located, source, url }) {
  const runs = [["located", located], ["source", source]].filter(([, text]) => text);
  find(".origin").replaceChildren(...runs.map(([name, text]) => run("bdi", name, text, lang)));
  find(".story").replaceChildren(...(/^https?:/i.test(url ?? "") ? [original(url)] : []));
}

function original(url) {
  return Object.assign(make("a", "headline", words.story), { href: url, target: "_blank", rel: "noopener" });
}

function file({ coverage, section, region, tags }) {
  find(".filed").replaceChildren(
    ...(coverage ? [entry(story(coverage))] : []),
    ...(section ? [filed(`/${edition}/section/${section}`, sections[section] ?? section)] : []),
    ...(region ? [filed(`/${edition}/region/${region}`, regions[region] ?? region)] : []),
    ...tags.map((tag) => filed(`/${edition}?${new URLSearchParams([["tag", tag]])}`, tag)),
  );
}

function story(coverage) {
  const link = storyLink(edition, coverage);
  link.prepend(make("span", "kind", words.filter_coverage), " ");
  return link;
}

function filed(href, text) {
  const link = Object.assign(document.createElement("a"), { href });
  link.append(make("bdi", "", text));
  return entry(link);
}

function entry(link) {
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function remember({ versioncreated, correction }, noted) {
  const item = document.createElement("li");
  const time = Object.assign(document.createElement("time"), { dateTime: versioncreated });
  localise(time);
  item.append(time, " ", make("span", "", words.corrected));
  if (noted && correction) item.append(" ", run("bdi", "why", correction, lang));
  find(".history ol").append(item);
}

function localise(time) {
  time.textContent = new Date(time.dateTime).toLocaleString([lang, "en"], {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
}

/** Buttons are there only where the browser can do what they say. */
function share() {
  const [copy, send] = ["copy", "send"].map((name) => document.getElementById(name));
  const { url } = copy.dataset;
  copy.parentElement.hidden = !navigator.clipboard;
  send.parentElement.hidden = !navigator.share;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(url);
    document.getElementById("copied").textContent = words.copied;
  });
  send.addEventListener("click", () => navigator.share({ title: find("h1").textContent, url }).catch(() => {}));
}
