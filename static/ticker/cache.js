/** localStorage where a browser allows it: lines and choices are kept, nothing of the reader. */

/** The text kept under a key, or null. */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keep a text under a key. */
export function remember(key, text) {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Storage is full or withheld: nothing is kept.
  }
}
