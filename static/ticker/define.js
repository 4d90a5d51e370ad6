/** Registers the element; the only side effect in this folder. A second copy on a page is harmless. */
import { reflect } from "./attributes.js";
import { acquire } from "./edition.js";
import { BreakingTicker } from "./element.js";

// For lists of the same lines: one replica of the board on a page.
BreakingTicker.acquire = acquire;
if (!customElements.get("breaking-ticker")) {
  reflect(BreakingTicker);
  customElements.define("breaking-ticker", BreakingTicker);
}
