/** Entry point of the desk: messages are dispatched to the columns, what is done goes to the service. */
import { Link } from "../ticker/link.js";
import { Store } from "../ticker/store.js";
import { socket } from "../ticker/transports.js";
import { Api } from "./api.js";
import { Board } from "./board.js";
import { Budget } from "./budget.js";
import { Caller } from "./caller.js";
import { Calls } from "./calls.js";
import { Cards } from "./cards.js";
import { Compose } from "./compose.js";
import { Conflict } from "./conflict.js";
import { zone } from "./dom.js";
import { FollowUps } from "./followups.js";
import { listen } from "./keys.js";
import { Landing } from "./landing.js";
import { Pasting } from "./pasting.js";
import { People } from "./people.js";
import { Question } from "./question.js";
import { Queue } from "./queue.js";
import { Search } from "./search.js";
import { Sending } from "./sending.js";
import { SheetBar } from "./sheetbar.js";
import { Shelf } from "./sheets.js";
import { StoryTitle } from "./storytitle.js";
import { Taken } from "./taken.js";
import { Withdraw } from "./withdraw.js";

const TICK_MS = 1000;

const root = document.getElementById("desk");
const { lang } = document.documentElement;
const [about, words, targets, templates] = ["about", "words", "targets", "templates"].map((name) => JSON.parse(root.dataset[name]));
const status = document.getElementById("status");
const api = new Api(about, words);
const store = new Store();
const people = new People({ about, words, api });
const told = { stories: {}, hands: {}, landings: new Map() };
let newest = [];
let connection = "reconnecting";

const tabs = new Taken(about);
const shelf = new Shelf(about, tabs);
const cards = new Cards(words, about);
const withdraw = new Withdraw({ about, words, api });
const landing = new Landing(words, lang);
const sending = new Sending({ about, words, api, shelf, cards, back: (sheet, why) => (compose.back(sheet, why), render()) });
const question = new Question();
const budget = new Budget({ about, words, api, sending, lines: () => store.lines(), question, records: () => queue.records });
const bar = new SheetBar({ about, words, shelf, put: (sheet) => compose.put(sheet) });
const compose = new Compose({ about, words, api, targets, templates, shelf, budget, question, send: (sheet, query) => sending.send(sheet, query), stands: () => conflict.focus() });
const conflict = new Conflict({ about, words, api, mine: (newest) => compose.rebase(newest), theirs: () => compose.throwAway(), anew: () => compose.anew() });
const edit = (...what) => (show("compose"), compose.amend(...what));
const board = new Board({ about, words, api, sending, withdraw, landing, people, edit });
const queue = new Queue({ about, words, withdraw, sending, api, people, budget, edit });
const followUps = new FollowUps({
  about,
  words,
  write: (fields) => (show("compose"), compose.put(shelf.blank(fields))),
  call: (it) => caller.call(it),
});
const caller = new Caller({ about, words, tabs, go: visit });
const calls = new Calls({ about, api, find, sheets: () => [compose.sheet, ...shelf.all()], call: (it) => caller.call(it) });

const storyTitle = new StoryTitle(api, words);
const search = new Search({ about, words, api });

shelf.claim(() => [compose.sheet.id, ...sending.ids]);
shelf.listen((sheet, id) => (compose.hear(sheet, id), showSheets()));
compose.watch(showSheets);
shelf.orphans().then(({ sheets, alone }) => {
  sending.resume(sheets);
  if (alone) compose.offer(sheets);
  showSheets();
});

/** What is for editors only, by type of message. */
const topics = {
  queue: (message) => queue.hear(message) && (sending.hear(queue.records), calls.queue(queue.records)),
  hands: ({ hands }) => ((told.hands = hands), calls.hands(hands)),
  stories: ({ stories }) => ((told.stories = stories), calls.stories(stories)),
  desk: ({ desk }) => people.seated(desk),
  desks: ({ desks }) => people.hear(desks),
  readers: ({ readers }) => {
    landing.count(readers);
    compose.count(readers.readers);
  },
  landings: ({ landings }) => {
    for (const one of landings) told.landings.set(`${one.id} ${one.version}`, one);
    newest = landings.length ? landings : newest;
  },
};

function hear(message) {
  if (Object.hasOwn(topics, message.type)) topics[message.type](message);
  else calls.lines(store.apply(message));
  render();
}

function render() {
  const lines = store.lines();
  board.show(lines, told);
  followUps.show(lines, store.cursor !== "");
  queue.show(sending.held, told.hands);
  landing.show(newest, lines);
  showSheets();
  showStatus();
}

/** The list of sheets, and whether anybody else has changed the line of the one in the box. */
function showSheets() {
  const { sheet } = compose;
  bar.show(sheet);
  people.write(sheet.of?.id ?? null);
  storyTitle.look(sheet.fields.coverage ?? "");
  if (connection === "live") conflict.look(sheet, find(sheet.of?.id)?.version);
}

/** The line of an id, as it is on the board or in the queue. */
function find(id) {
  return store.lines().find((line) => line.id === id) ?? queue.get(id)?.flash;
}

function showStatus() {
  const live = connection === "live";
  const shown = live && store.stale ? "stale" : connection;
  document.getElementById("offline").hidden = live;
  people.connected(live);
  if (status.dataset.status === shown) return;
  status.dataset.status = shown;
  status.textContent = { live: words.live, stale: words.stale, reconnecting: words.connecting }[shown];
  compose.connected(shown === "live");
}

/** On a phone one column is shown at a time. */
function show(tab) {
  document.querySelector(".columns").dataset.shown = tab;
  for (const button of document.querySelectorAll("[data-tab]")) button.ariaSelected = button.dataset.tab === tab;
}

document.querySelector(".tabs").addEventListener("click", ({ target }) => {
  const tab = target.closest("[data-tab]")?.dataset.tab;
  if (tab) show(tab);
});

for (const it of document.querySelectorAll(".zone")) it.textContent = zone(lang);

/** To the row of a line, out of a search too. */
function visit(id) {
  show("board");
  if (document.getElementById("shown").hidden) search.end();
  document.querySelector(`:is(#queue, #lines) > .row[data-id="${CSS.escape(id)}"]`)?.focus();
}

/** Move the focus from line to line, through what waits and what is out. */
function walk(step) {
  const rows = [...document.querySelectorAll("#board .row")];
  const at = rows.indexOf(document.activeElement.closest(".row"));
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}

const help = () => document.getElementById("keys").showModal();
document.getElementById("help").addEventListener("click", help);

listen({
  publish: () => compose.send(),
  saveDraft: () => compose.saveDraft(),
  abort: () => cards.abort(),
  escape: () => document.activeElement.blur(),
  template: (index) => compose.templates.use(index),
  urgency: (step) => compose.urgency(step),
  compose: () => (show("compose"), compose.begin()),
  nextSheet: () => (show("compose"), bar.next(compose.sheet)),
  walk: (step) => (show("board"), walk(step)),
  act: (name) => {
    const row = document.activeElement.closest(".row");
    if (row) (row.closest("#queue") ? queue : board).act(row, name);
  },
  search: () => (show("board"), search.begin()),
  called: () => caller.answer(),
  help,
});

const link = new Link({
  where: () => {
    const live = new URL(`/desk/${about.edition}/live`, location.href);
    if (store.cursor) live.searchParams.set("cursor", store.cursor);
    return { live: live.href };
  },
  hear,
  say: (state) => {
    // The session has ended: the page, asked for anew, wants a login.
    if (state === "stopped") return location.reload();
    connection = state;
    showStatus();
  },
  ladder: [socket],
  topics: Object.keys(topics),
  grace: 0,
});
new Pasting({ artefacts: about.artefacts, words });
document.addEventListener("visibilitychange", () => document.hidden || link.wake());
setInterval(render, TICK_MS);
