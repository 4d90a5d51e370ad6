/**
 * Model of the tabs of an origin: the widget's own modules, and everything under them (channels, locks, sockets,
 * storage, timers, the service) in the hands of a seeded chance that decides what comes when.
 */
export async function play(origin, seed, steps) {
  const chance = mulberry32(seed);
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const world = { now: Date.parse("2026-11-27T12:00:00Z"), tabs: [], current: null, timers: new Map(), channels: [], sockets: [], faults: [], trail: [] };
  const service = new Service(world, chance);
  const locks = new Locks(world);
  const undo = install(world, service, locks, chance);
  const { acquire } = await import(`${origin}/static/ticker/edition.js`);
  const run = async (tab, work) => {
    world.current = tab;
    work();
    for (let turn = 0; turn < 20; turn++) await null;
    world.current = null;
  };
  const open = async () => {
    const tab = { name: `t${seed}-${world.tabs.length}`, inbox: [], listeners: [], frozen: false, away: false, dead: false, gone: new Set(), seen: new Set() };
    world.tabs.push(tab);
    await run(tab, () => ({ view: tab.view, release: tab.release } = acquire(`http://${tab.name}.example/`, "en", new URLSearchParams())));
  };
  const fire = (tab, type, fields = {}) => run(tab, () => {
    for (const it of tab.listeners) if (it.type === type && !it.signal?.aborted) it.listener({ type, ...fields });
  });
  const end = (tab) => {
    tab.dead = true;
    tab.inbox = [];
    for (const socket of world.sockets) if (socket.owner === tab) socket.close();
    world.channels = world.channels.filter(({ owner }) => owner !== tab);
    for (const [id, timer] of world.timers) if (timer.owner === tab) world.timers.delete(id);
    locks.leave(tab);
  };
  const alive = () => world.tabs.filter(({ dead }) => !dead);
  const awake = () => alive().filter(({ frozen, away }) => !frozen && !away);
  const deliver = (tab) => run(tab, tab.inbox.shift());
  const due = () => [...world.timers].filter(([, { owner }]) => awake().includes(owner)).sort(([, one], [, other]) => one.due - other.due)[0];
  const advance = async () => {
    const next = due();
    if (!next) return;
    const [id, { owner, due: at, work }] = next;
    world.timers.delete(id);
    world.now = Math.max(world.now, at);
    await run(owner, work);
  };
  const acts = {
    deliver: [30, () => { const tab = pick(awake().filter(({ inbox }) => inbox.length)); return tab && deliver(tab); }],
    advance: [4, advance],
    publish: [3, () => service.publish()],
    kill: [1, () => service.kill()],
    open: [2, () => alive().length < 5 && open()],
    reload: [3, async () => { const tab = pick(awake()); if (tab) { await fire(tab, "pagehide", { persisted: false }); end(tab); await open(); } }],
    crash: [1, () => alive().length > 1 && end(pick(alive()))],
    hide: [1, async () => { const tab = pick(awake()); if (tab) { await fire(tab, "pagehide", { persisted: true }); tab.away = true; } }],
    show: [2, async () => { const tab = pick(alive().filter(({ away }) => away)); if (tab) { tab.away = false; await fire(tab, "pageshow", { persisted: true }); } }],
    busy: [2, () => { const tab = pick(awake()); if (tab) tab.frozen = true; }],
    freeze: [1, async () => { const tab = pick(awake()); if (tab) { await fire(tab, "freeze"); tab.frozen = tab.slept = true; } }],
    thaw: [4, async () => { const tab = pick(alive().filter(({ frozen }) => frozen)); if (tab) await thaw(tab); }],
    look: [1, () => { const tab = pick(awake()); return tab && fire(tab, "visibilitychange"); }],
    beat: [1, () => service.beat()],
    cut: [1, () => service.cut()],
    fail: [0.5, () => service.fail()],
    mend: [1, () => (service.up = true)],
  };
  const thaw = async (tab) => {
    tab.frozen = false;
    if (tab.slept) await fire(tab, "resume");
    tab.slept = false;
  };
  const names = Object.keys(acts).flatMap((name) => Array(acts[name][0] * 2).fill(name));
  const judge = (why) => {
    for (const tab of awake()) {
      const shown = tab.view.lines().map(({ id, version }) => `${id} ${version}`);
      for (const line of shown) if (tab.gone.has(line)) world.faults.push(`${tab.name} shows ${line} again after ${why}`);
      for (const line of tab.seen) if (!shown.includes(line) && service.killed.has(line)) tab.gone.add(line);
      shown.forEach((line) => tab.seen.add(line));
      if (tab.view.status === "live" && !(tab.view.ready && service.boards.has(shown.join()))) world.faults.push(`${tab.name} is live with [${shown}] after ${why}`);
    }
  };
  try {
    await open();
    for (let step = 0; step < steps && !world.faults.length; step++) {
      const name = pick(names);
      world.trail.push(name);
      await acts[name][1]();
      judge(`${step} ${name}`);
    }
    service.up = true;
    for (const tab of alive()) {
      if (tab.frozen) await thaw(tab);
      if (tab.away) { tab.away = false; await fire(tab, "pageshow", { persisted: true }); }
    }
    if (!alive().length) await open();
    await settle(world, service, awake, deliver, advance, due);
    judge("all was calm");
    if (!world.faults.length) conclude(world, service, alive());
  } finally {
    for (const tab of world.tabs) await run(tab, () => { tab.dead = true; tab.release?.(); });
    undo();
  }
  return world.faults.map((fault) => `seed ${seed}: ${fault}`);
}

/** Everything that is on its way comes, for three minutes with beats; then a last line, and a minute for it. */
async function settle(world, service, awake, deliver, advance, due) {
  const rest = async (until) => {
    for (;;) {
      const waiting = awake().filter(({ inbox }) => inbox.length);
      if (waiting.length) await deliver(waiting[0]);
      else if (due()?.[1].due < until) await advance();
      else break;
    }
    world.now = until;
  };
  for (let beat = 0; beat < 6; beat++) {
    await rest(world.now + 30_000);
    service.beat();
  }
  service.publish();
  await rest(world.now + 10_000);
}

function conclude(world, service, tabs) {
  const board = service.board().join();
  for (const tab of tabs) {
    const shown = tab.view.lines().map(({ id, version }) => `${id} ${version}`).join();
    if (shown !== board) world.faults.push(`${tab.name} ends with [${shown}], not [${board}]`);
    if (tab.view.status !== "live") world.faults.push(`${tab.name} ends ${tab.view.status}`);
  }
  const open = world.sockets.filter(({ state }) => state === "open").length;
  // Whoever was made to poll, by a service that flapped, has none until it climbs.
  if (open > 1) world.faults.push(`${open} connections`);
  const kept = [...world.kept.values()].map((text) => JSON.parse(text).flashes.map(({ id, version }) => `${id} ${version}`).join());
  if (!world.refused && kept.join() !== board) world.faults.push(`kept is [${kept}], not [${board}]`);
}

class Service {
  constructor(world, chance) {
    Object.assign(this, { world, chance, log: [], up: true, boards: new Set(), killed: new Set() });
    for (let line = 0; line < 3; line++) this.publish();
    this.boards = new Set([this.board().join()]);
  }

  board() {
    const lines = new Map();
    for (const { id, version, pubstatus } of this.log) pubstatus === "usable" ? lines.set(id, version) : lines.delete(id);
    return [...lines].map(([id, version]) => `${id} ${version}`).reverse();
  }

  publish() {
    const known = this.board();
    if (known.length > 2 && this.chance() < 0.3) {
      const [id, version] = known[Math.floor(this.chance() * known.length)].split(" ");
      return this.append({ id, version: Number(version) + 1, pubstatus: "usable" });
    }
    this.append({ id: `l${String(this.log.length).padStart(4, "0")}`, version: 1, pubstatus: "usable" });
  }

  kill() {
    const known = this.board();
    if (known.length < 2) return;
    const [id, version] = known[Math.floor(this.chance() * known.length)].split(" ");
    this.killed.add(`${id} ${version}`);
    this.append({ id, version: Number(version) + 1, pubstatus: "canceled" });
  }

  append(flash) {
    const first = this.log.find(({ id }) => id === flash.id)?.firstcreated ?? new Date(this.world.now + this.log.length).toISOString();
    this.log.push({ ...flash, headline: flash.id, urgency: 3, pinned: false, firstcreated: first });
    this.boards.add(this.board().join());
    this.tell({ type: "flash", flash: this.log.at(-1) });
  }

  beat() {
    this.tell({ type: "beat" });
  }

  tell(message) {
    for (const socket of this.world.sockets) if (socket.state === "open") socket.hear({ ...message, cursor: this.cursor });
  }

  get cursor() {
    return `${this.log.length}.x`;
  }

  /** A replay of what is newest of what was missed, or a board for those who were away for too long. */
  hello(cursor) {
    const at = parseInt(cursor);
    const reset = !(at >= this.log.length - 8);
    const newest = new Map();
    for (const flash of this.log.slice(reset ? 0 : at)) newest.delete(flash.id), newest.set(flash.id, flash);
    const flashes = reset ? [...newest.values()].filter(({ pubstatus }) => pubstatus === "usable").reverse() : [...newest.values()];
    return { type: "hello", cursor: this.cursor, reset, flashes, now: new Date(this.world.now).toISOString(), beat: 50 };
  }

  cut() {
    for (const socket of this.world.sockets) if (socket.state === "open") socket.lose();
  }

  fail() {
    this.up = false;
    this.cut();
  }
}

/** Web Locks: one holder of each name, others in line; who steals is first, and whoever held it is told so. */
class Locks {
  held = null;
  line = [];

  constructor(world) {
    this.world = world;
  }

  request(name, options, work) {
    const owner = this.world.current;
    return new Promise((done, failed) => {
      const asked = { owner, work, done, failed };
      options.signal?.addEventListener("abort", () => {
        this.line = this.line.filter((it) => it !== asked);
        if (this.held !== asked) failed(new DOMException("", "AbortError"));
      });
      if (!options.steal) return this.line.push(asked), this.next();
      const { held } = this;
      this.held = null;
      if (held) post(held.owner, () => held.failed(new DOMException("", "AbortError")));
      this.line.unshift(asked);
      this.next();
    });
  }

  next() {
    if (this.held || !this.line.length) return;
    const asked = (this.held = this.line.shift());
    post(asked.owner, () => {
      if (this.held !== asked) return;
      Promise.resolve(asked.work({})).then(() => {
        asked.done();
        if (this.held === asked) this.held = null, this.next();
      });
    });
  }

  leave(tab) {
    this.line = this.line.filter(({ owner }) => owner !== tab);
    if (this.held?.owner === tab) this.held = null, this.next();
  }
}

function post(tab, work) {
  if (!tab.dead) tab.inbox.push(work);
}

function install(world, service, locks, chance) {
  const saved = [];
  const put = (owner, name, value) => {
    saved.push([owner, name, Object.getOwnPropertyDescriptor(owner, name)]);
    Object.defineProperty(owner, name, { configurable: true, writable: true, value });
  };
  let count = 0;
  put(window, "setTimeout", (work, ms = 0) => {
    if (world.current) world.timers.set(++count, { owner: world.current, due: world.now + ms, work });
    return count;
  });
  put(window, "setInterval", (work, ms) => {
    const id = ++count;
    const again = () => {
      world.timers.set(id, { owner: world.current, due: world.now + ms, work: () => (again(), work()) });
    };
    again();
    return id;
  });
  for (const name of ["clearTimeout", "clearInterval"]) put(window, name, (id) => world.timers.delete(id));
  put(Date, "now", () => world.now);
  put(Math, "random", () => chance() || 0.5);
  put(console, "error", (error) => world.faults.push(String(error)));
  put(window, "reportError", (error) => world.faults.push(String(error.stack)));
  const listen = (type, listener, { signal } = {}) => world.current?.listeners.push({ type, listener, signal });
  put(window, "addEventListener", listen);
  put(document, "addEventListener", listen);
  put(navigator, "locks", locks);
  world.kept = new Map();
  world.refused = chance() < 0.2;
  const key = (name) => name.replace(/http:\S+?example/, "");
  put(window, "localStorage", {
    getItem: (name) => { if (world.refused) throw new DOMException("", "SecurityError"); return world.kept.get(key(name)) ?? null; },
    setItem: (name, text) => { if (world.refused) throw new DOMException("", "SecurityError"); world.kept.set(key(name), text); },
  });
  put(window, "BroadcastChannel", class {
    owner = world.current;
    constructor() { world.channels.push(this); }
    postMessage(data) {
      const copy = JSON.stringify(data);
      for (const other of world.channels) if (other !== this) post(other.owner, () => world.channels.includes(other) && other.onmessage({ data: JSON.parse(copy) }));
    }
    close() { world.channels = world.channels.filter((it) => it !== this); }
  });
  class Socket {
    owner = world.current;
    state = "new";
    constructor(url) {
      world.sockets.push(this);
      post(this.owner, () => {
        if (this.state !== "new") return;
        if (!service.up) return this.lose();
        this.state = "open";
        this.hear(service.hello(new URL(url).searchParams.get("cursor")));
      });
    }
    hear(message) { const data = JSON.stringify(message); post(this.owner, () => this.onmessage?.({ data })); }
    lose() { this.state = "lost"; post(this.owner, () => (this.onclose ?? this.onerror)?.({ code: 1006 })); }
    close() { this.state = "closed"; }
  }
  put(window, "WebSocket", Socket);
  put(window, "EventSource", Socket);
  put(window, "fetch", () => {
    const owner = world.current;
    return new Promise((done, failed) => post(owner, () => {
      const { cursor, flashes, now } = service.hello("");
      const answer = { ok: true, json: async () => ({ cursor, flashes }), headers: new Headers({ date: now }) };
      service.up ? done(answer) : failed(new TypeError("away"));
    }));
  });
  return () => {
    for (const [owner, name, before] of saved.reverse()) before ? Object.defineProperty(owner, name, before) : delete owner[name];
  };
}

function mulberry32(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
