/** Scroll anchoring of our own, alike in all browsers: what is being read stays where it is. */

const banner = document.querySelector(".banner");

/** Whether the reader sees where a list begins. @param {HTMLElement} box */
export function isAtTop(box) {
  return box.getBoundingClientRect().top >= banner.offsetHeight - 1;
}

/**
 * Change a list; the first line in sight that survives it does not move, unless the reader is at the top.
 * @param {HTMLElement} box
 * @param {() => void} change
 */
export function steadily(box, change) {
  const seen = isAtTop(box) ? [] : inSight(box);
  change();
  const kept = seen.find(({ line }) => line.isConnected);
  if (!kept) return;
  const moved = kept.line.getBoundingClientRect().top - kept.top;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

function inSight(box) {
  const edge = banner.offsetHeight;
  const places = [...box.querySelectorAll(".line")].map((line) => {
    const { top, bottom } = line.getBoundingClientRect();
    return { line, top, bottom };
  });
  return places.filter(({ top, bottom }) => bottom > edge && top < innerHeight);
}
