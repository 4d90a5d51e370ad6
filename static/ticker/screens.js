/**
 * Screen reports (beacon), where the hub asks: a line was painted in a tab of this connection, or a killed one is gone
 * from all of them. A report has no word about the reader; a tab that stands still makes none.
 */

const LOOK_MS = 500;
/** Within 30 s every line has had its turn. */
const LOOKS = 60;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Look at this page, and tell the tab that leads; who leads tells the hub.
 * @param {{ask: number[], flash: object}} message
 * @param {import("./tabs.js").Tabs} tabs
 * @param {object} edition
 */
export async function report({ ask, flash: { id, version, pubstatus } }, tabs, edition) {
  const { leads } = tabs;
  const killed = pubstatus === "canceled";
  const seen = id + version;
  let done;
  // Drawn by lot here, since the frame is one for all.
  if (leads && Math.random() * ask[0] > 1) return;
  for (let look = 0; !done && look < LOOKS; look++) {
    await pause(LOOK_MS);
    const views = [{ track: document }, ...edition.views];
    const stays = views.some(({ track }) => track.querySelector(`[data-id="${id}"]`));
    done = killed ? !stays && (await tabs.agree(seen)) : views.some((view) => view.sees?.(id)) || tabs.heard.includes(seen);
  }
  if (!leads) return done && tabs.post({ seen });
  if (killed && !done) return;
  await pause(Math.random() * ask[1] * 1000);
  const state = killed ? "gone" : done ? "painted" : "unseen";
  fetch(edition.url(`flashes/${id}/screens`, { version, state }), { method: "POST", credentials: "omit" }).catch(() => {});
}
