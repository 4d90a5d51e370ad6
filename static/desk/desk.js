/** Entry point of the desk: messages are dispatched to the columns, what is done goes to the service. */
import { Link } from "../ticker/link.js";
import { Store } from "../ticker/store.js";
import { socket } from "../ticker/transports.js";
import { Amend } from "./amend.js";
import { Api } from "./api.js";
import { Board } from "./board.js";
import { Compose } from "./compose.js";
import { listen } from "./keys.js";
import { Landing } from "./landing.js";
import { Queue } from "./queue.js";

const TICK_MS = 1000;
const CAP_MS = 10_000;

const root = document.getElementById("desk");
const [about, words, targets, templates] = ["about", "words", "targets", "templates"].map((name) => JSON.parse(root.dataset[name]));
const status = document.getElementById("status");
const api = new Api(about);
const store = new Store();
const landings = new Map();
let stories = {};
let newest = [];
let connection = "reconnecting";

const landing = new Landing(words, about.lang);
const amend = new Amend(api, words, about);
const board = new Board({ about, words, api, amend, landing });
const compose = new Compose({ about, words, api, targets, templates });
const queue = new Queue({ about, words, api, edit: (record) => (show("compose"), compose.edit(record)) });

/** What is for editors only, by type of message. */
const topics = {
  queue: (message) => queue.hear(message),
  stories: (message) => (stories = message.stories),
  readers: ({ readers }) => {
    landing.count(readers);
    compose.count(readers.readers);
  },
  landings: (message) => {
    for (const one of message.landings) landings.set(`${one.id} ${one.version}`, one);
    newest = message.landings.length ? message.landings : newest;
  },
};

function hear(message) {
  if (Object.hasOwn(topics, message.type)) topics[message.type](message);
  else store.apply(message);
  render();
}

function render() {
  const lines = store.lines();
  board.show(lines, stories, landings);
  landing.show(newest, lines);
  showStatus();
}

function showStatus() {
  const live = connection === "live";
  const shown = live && store.stale ? "stale" : connection;
  document.getElementById("offline").hidden = live;
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

const help = () => document.getElementById("keys").showModal();
document.getElementById("help").addEventListener("click", help);

listen({
  publish: () => compose.send(),
  saveDraft: () => compose.saveDraft(),
  escape: () => (compose.hold.running ? compose.hold.abort() : document.activeElement.blur()),
  template: (index) => compose.template(index),
  urgency: (step) => compose.urgency(step),
  compose: () => (show("compose"), compose.headline.focus()),
  walk: (step) => (show("board"), board.walk(step)),
  act: (name) => {
    const row = document.activeElement.closest("#lines .row");
    if (row) board.act(row, name);
  },
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
  cap: CAP_MS,
  grace: 0,
});
document.addEventListener("visibilitychange", () => document.hidden || link.wake());
setInterval(render, TICK_MS);
