/** What every page does: it measures its banner, and counts the stories that are opened (a beacon). */

const header = document.querySelector("header");
const measure = () => document.documentElement.style.setProperty("--banner", `${header.offsetHeight}px`);
new ResizeObserver(measure).observe(header);

/** A count and nothing else: the beacon carries no word about who followed the link. */
function count({ target }) {
  const link = target.closest?.("a.headline");
  const id = link?.closest("[data-id]")?.dataset.id;
  const edition = document.querySelector("[data-edition]")?.dataset.edition;
  if (id && edition) navigator.sendBeacon(`/v1/${edition}/flashes/${encodeURIComponent(id)}/clicks`);
}

for (const way of ["click", "auxclick"]) {
  document.addEventListener(way, (event) => event.button < 2 && count(event));
}
