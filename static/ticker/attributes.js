/** Reflection (HTML, 2.6): attributes as properties, which frameworks set. No network, no news. */
import { FILTERS } from "./filters.js";

/** Those that make a banner anew; the others are looks. */
export const ATTRIBUTES = ["edition", "src", "label", "mode", "max", "speed", ...FILTERS];

/**
 * Give elements of a class these properties: text, or null where there is no such attribute. What is
 * null, undefined or false takes the attribute away; a list is written with commas.
 */
export function reflect({ prototype }) {
  for (const name of [...ATTRIBUTES, "skin", "theme"]) {
    Object.defineProperty(prototype, name, {
      get() {
        return this.getAttribute(name);
      },
      set(value) {
        if (truth(value)) this.setAttribute(name, value);
        else this.removeAttribute(name);
      },
    });
  }
}

/** Upgrade (HTML, 4.13.5): properties that were set before the element was defined hide those of its class. */
export function upgrade(element) {
  for (const [name, value] of Object.entries(element)) {
    delete element[name];
    element[name] = value;
  }
}

/** A boolean as frameworks write it, into a property or an attribute: `""` is true, `"false"` is not. */
export function truth(value) {
  return `${value ?? false}` !== "false";
}
