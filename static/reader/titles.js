/** Titles of running stories in the page: as editors wrote them, else their slug in words. */

const titles = new Map();

/**
 * Take in titles, and put them wherever the page names their stories.
 * @param {Record<string, string | null>} given by slug; null: it has none any more.
 */
export function learn(given) {
  for (const [slug, title] of Object.entries(given)) {
    if ((titles.get(slug) ?? null) === title) continue;
    titles.set(slug, title);
    for (const place of document.querySelectorAll(`[data-story="${CSS.escape(slug)}"] bdi`)) place.textContent = titled(slug);
  }
}

/** @param {string} slug */
export function titled(slug) {
  return titles.get(slug) ?? spelled(slug);
}

function spelled(slug) {
  const text = slug.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * A link to a running story, which keeps its title.
 * @param {string} edition
 * @param {string} slug
 * @param {string} name class.
 */
export function storyLink(edition, slug, name) {
  const link = Object.assign(document.createElement("a"), { href: `/${edition}/coverage/${encodeURIComponent(slug)}` });
  if (name) link.className = name;
  link.dataset.story = slug;
  link.append(Object.assign(document.createElement("bdi"), { textContent: titled(slug) }));
  return link;
}
