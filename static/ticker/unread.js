/** Unread marks: ids of lines that came since the page was opened, until they were in sight for a while. */

const SEEN_MS = 10_000;
/** A page may stay open for months. */
const UNREAD_MAX = 500;

export class Unread extends Set {
  /** They are in sight. @param {string[]} ids */
  see(ids) {
    setTimeout(() => ids.forEach((id) => this.delete(id)), SEEN_MS);
    if (this.size > UNREAD_MAX) this.clear();
  }
}
