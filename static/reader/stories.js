/** The band of running stories above the lines; which they are is settled as in ticker/web/pages/running.py. */
import { tellAge } from "./age.js";
import { grouped, place } from "./item.js";
import { storyLink } from "./titles.js";

const LINES = 2;
const STORIES = 3;
const RUNS_MS = 6 * 3600 * 1000;
const links = new Map();

/**
 * @param {HTMLElement} band
 * @param {object[]} lines of the board.
 * @param {number} now the service's clock, milliseconds since 1970.
 * @param {{edition: string, lang: string}} setting
 */
export function showStories(band, lines, now, { edition, lang }) {
  const stories = running(lines, now);
  band.hidden = stories.length === 0;
  place(band, stories.map(({ slug, time }) => link(edition, slug, time)));
  for (const time of band.querySelectorAll("time")) tellAge(time, now, lang);
}

function running(lines, now) {
  const bySlug = grouped(lines.filter(({ coverage }) => coverage), ({ coverage }) => coverage);
  return [...bySlug]
    .filter(([, some]) => some.length >= LINES)
    .map(([slug, some]) => ({ slug, time: some.map(({ firstcreated }) => firstcreated).sort().at(-1) }))
    .filter(({ time }) => Date.parse(time) > now - RUNS_MS)
    .sort((one, other) => (one.time + one.slug < other.time + other.slug ? 1 : -1))
    .slice(0, STORIES);
}

function link(edition, slug, dateTime) {
  if (!links.has(slug)) {
    const made = storyLink(edition, slug);
    made.append(" ", document.createElement("time"));
    links.set(slug, made);
  }
  const time = links.get(slug).querySelector("time");
  if (time.dateTime !== dateTime) {
    delete time.dataset.clock;
    Object.assign(time, { dateTime, textContent: "" });
  }
  return links.get(slug);
}
