/** Strategies of showing lines, by the name that the attribute `mode` has for them. */
import { failed, parts } from "./parts.js";
import { Rotate } from "./rotate.js";
import { Takeover } from "./takeover.js";

/** Those of the first script: a flash waits for nothing. The others are parts, each named like its mode. */
const FIRST = { rotate: Rotate, flash: Takeover };
const LATER = { crawl: "Crawl", stack: "Stack" };
const ROWS = 5;
const REDUCED_MOTION_ROWS = 3;
export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * The one that is asked for, and how many lines it shows; those who want no motion get a list. Until its part has
 * come `rotate` stands in, in a frame as high as it will be; where that can't be had, in its own.
 */
export function modeOf({ mode, max }) {
  const known = Object.hasOwn({ ...FIRST, ...LATER }, mode) ? mode : "rotate";
  const name = reducedMotion.matches && known !== "flash" ? "stack" : known;
  const Mode = FIRST[name] ?? parts[LATER[name]] ?? Rotate;
  const rows = Number(max) || (mode === "stack" ? ROWS : REDUCED_MOTION_ROWS);
  return { name: failed(name) ? "rotate" : name, part: name, Mode, max: rows };
}
