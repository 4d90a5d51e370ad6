/** The banner's shadow DOM as it is before any line: its parts by name, and what a reader may do to them. */
import { make } from "./line.js";

const CHEVRONS = { previous: "‹", next: "›" };
const ARROWS = { ArrowLeft: -1, ArrowRight: 1 };

/**
 * Build it, in place of one that was served with lines (declarative shadow DOM), which stay until there are ours.
 * @param {HTMLElement} host
 * @param {{press: () => void, step: (by: number) => void, point: (pointed: boolean) => void, hold: () => void}} on
 * @returns {Record<string, HTMLElement>}
 */
export function build(host, on) {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  // Who put it in by script has a template there that no parser has opened.
  shadow.append(host.querySelector("template[shadowrootmode]")?.content ?? "");
  const parts = {};
  let served = shadow.querySelector(".served");
  // Once: they are not of another edition.
  parts.inside = () => {
    const inside = served ?? document.createElement("slot");
    parts.brought = Boolean(served?.querySelector("time"));
    served = null;
    return inside;
  };
  const add = (parent, name, tag = "div", text) => parent.appendChild((parts[name] = make(tag, name, text)));
  shadow.querySelector(".box")?.remove();
  const box = add(shadow, "box");
  const bar = add(box, "bar");
  bar.role = "region";
  const label = add(bar, "label");
  const slot = (name) => label.appendChild(Object.assign(document.createElement("slot"), { name }));
  slot("logo");
  add(slot("label"), "word", "span");
  add(label, "state", "span");
  add(bar, "when", "span");
  const track = add(bar, "track");
  const controls = add(bar, "controls");
  add(controls, "rest", "span");
  add(controls, "fresh", "span");
  for (const name of ["previous", "next", "button"]) add(controls, name, "button", CHEVRONS[name]).type = "button";
  add(parts.button, "icon", "span");
  add(box, "said").role = "status";
  add(box, "alert").role = "alert";
  parts.button.onclick = on.press;
  parts.previous.onclick = () => on.step(-1);
  parts.next.onclick = () => on.step(1);
  bar.onkeydown = ({ key, altKey }) => {
    if (key in ARROWS && !altKey) on.step(box.dir === "rtl" ? -ARROWS[key] : ARROWS[key]);
  };
  track.onpointerenter = ({ pointerType }) => on.point(pointerType !== "touch");
  track.onpointerleave = () => on.point(false);
  for (const name of ["focusin", "focusout"]) track.addEventListener(name, on.hold);
  return parts;
}
