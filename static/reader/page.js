/**
 * What every page does: it says whether it is live, measures its banner, closes the list of editions, and counts the
 * stories that are opened (a beacon).
 */

const banner = document.querySelector(".banner");
const measure = () => document.documentElement.style.setProperty("--banner", `${banner.offsetHeight}px`);
new ResizeObserver(measure).observe(banner);

const status = document.getElementById("status");
const ticker = banner.querySelector("breaking-ticker");
ticker.addEventListener("status", ({ detail }) => say(detail));
say(ticker.status);

/** The banner knows: it follows the same edition. */
function say(state) {
  const word = status.dataset[state];
  if (!word) return;
  status.dataset.status = state;
  if (status.textContent !== word) status.firstElementChild.textContent = word;
}

const editions = document.querySelector(".editions");
document.addEventListener("click", ({ target }) => editions?.contains(target) || editions?.removeAttribute("open"));
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !editions?.open) return;
  editions.open = false;
  editions.querySelector("summary").focus();
});

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
