/** Making elements; text is only ever set as text. */

/**
 * @param {string} tag
 * @param {object} [properties] set on the element; `data` goes into its dataset.
 * @param {...(Node|string)} children
 */
export function el(tag, { data, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Put values in a sentence: `{name}` is replaced. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Hours, minutes and seconds, as the reader's clock has them. */
export function clock(time) {
  return new Date(time).toTimeString().slice(0, 8);
}
