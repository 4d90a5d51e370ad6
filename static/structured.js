/** Structured data (JSON-LD) of a page whose lines go on changing: what machines read keeps no words that are over. */
import { rewrite } from "./trusted.js";

const served = document.querySelector("script[type='application/ld+json']");

/**
 * Only those updates of a live blog stay that are still so.
 * @param {(id: string, modified: string) => boolean} isStill a line's id, and the time of its version (RFC 3339).
 */
export function prune(isStill) {
  if (!served) return;
  const blog = JSON.parse(served.textContent);
  blog.liveBlogUpdate = blog.liveBlogUpdate?.filter(({ url, dateModified }) => isStill(url.split("/").pop(), dateModified));
  rewrite(served, blog);
}
