/** Filters of an edition (docs/protocol.md): their names, and whether a line passes them. No DOM. */

export const FILTERS = ["section", "region", "tag", "coverage", "urgency"];

/** What an element asks for: values with commas. @returns {URLSearchParams} */
export function filtersOf(element) {
  const filters = new URLSearchParams();
  for (const name of FILTERS) {
    for (const value of (element.getAttribute(name) ?? "").split(",")) if (value.trim()) filters.append(name, value.trim());
  }
  return filters;
}

/**
 * A predicate on lines: different filters are ANDed, a repeated one is ORed.
 * @param {URLSearchParams} filters
 * @returns {(flash: object) => boolean}
 */
export function matcher(filters) {
  const tests = FILTERS.filter((name) => filters.has(name)).map((name) => test(name, filters.getAll(name)));
  return (flash) => tests.every((passes) => passes(flash));
}

function test(name, values) {
  if (name === "urgency") return (flash) => flash.urgency <= Math.max(...values);
  if (name === "tag") return (flash) => flash.tags?.some((tag) => values.includes(tag));
  return (flash) => values.includes(flash[name]);
}
