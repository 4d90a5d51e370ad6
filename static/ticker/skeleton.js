/** The banner's shadow DOM as it is before any line: its parts by name. */
import { make } from "./line.js";
import { sheet } from "./styles.js";

/**
 * Build it.
 * @param {HTMLElement} host
 * @returns {Record<string, HTMLElement>}
 */
export function build(host) {
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet];
  const parts = {};
  const add = (parent, name, tag = "div") => parent.appendChild((parts[name] = make(tag, name)));
  add(shadow, "box");
  add(parts.box, "bar").role = "region";
  const label = add(parts.bar, "label");
  const slot = (name) => label.appendChild(Object.assign(document.createElement("slot"), { name }));
  slot("logo");
  add(slot("label"), "word", "span");
  add(label, "state", "span");
  add(parts.bar, "track");
  add(parts.bar, "controls");
  add(parts.controls, "fresh", "span");
  add(parts.controls, "button", "button").type = "button";
  add(parts.button, "icon", "span");
  add(parts.box, "said").role = "status";
  add(parts.box, "alert").role = "alert";
  return parts;
}
