/** Strategies of showing lines, by the name that the attribute `mode` has for them. */
import { Crawl } from "./crawl.js";
import { Rotate } from "./rotate.js";
import { Stack } from "./stack.js";
import { Takeover } from "./takeover.js";

const MODES = { rotate: Rotate, crawl: Crawl, stack: Stack, flash: Takeover };
const ROWS = 5;
const REDUCED_MOTION_ROWS = 3;
export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** The one that is asked for, and how many lines it shows; those who want no motion get a list. */
export function modeOf({ mode, max }) {
  const known = Object.hasOwn(MODES, mode) ? mode : "rotate";
  const name = reducedMotion.matches && known !== "flash" ? "stack" : known;
  return { name, Mode: MODES[name], max: Number(max) || (mode === "stack" ? ROWS : REDUCED_MOTION_ROWS) };
}
