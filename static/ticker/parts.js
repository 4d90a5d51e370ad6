/**
 * Code splitting: what not every banner needs is fetched by those that do, when they start, all at once. The bundler
 * makes a file of each of these modules, and one script of the rest of this folder.
 */

const PARTS = ["crawl", "stack", "ar", "es", "fr"];
/** How it stands with those that were asked for: a promise, true if it has come, null if it can't be had. */
const asked = {};
const ANEW_MS = 600_000;
let again = "";
let retryAt = 0;

/** What they export, of those that have come. */
export const parts = {};

/** Whether it was asked for in vain. @param {string} name */
export function failed(name) {
  return asked[name] === null;
}

/**
 * Fetch those that are missing.
 * @param {string[]} names others than those above may be among them.
 * @param {boolean} anew those too that were asked for in vain; now and then they are in any case.
 * @param {() => void} changed one has come, or was asked for in vain for the first time.
 */
export function complete(names, anew, changed) {
  for (const name of names) {
    const before = failed(name);
    if (!PARTS.includes(name) || asked[name] === true || (before && !anew && Date.now() < retryAt)) continue;
    fetchPart(name).then(() => (before && failed(name)) || changed());
  }
}

async function fetchPart(name) {
  try {
    asked[name] ??= import(`./${name}.js${again}`);
    Object.assign(parts, await asked[name]);
    asked[name] = true;
  } catch {
    asked[name] = null;
    // A browser remembers that an address failed, so the next try has another one.
    again = `?${Date.now()}`;
    retryAt = Date.now() + ANEW_MS;
  }
}
