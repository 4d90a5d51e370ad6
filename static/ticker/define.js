/** Registers the element; the only side effect in this folder. A second copy on a page is harmless. */
import { reflect } from "./attributes.js";
import { BreakingTicker } from "./element.js";

if (!customElements.get("breaking-ticker")) {
  reflect(BreakingTicker);
  customElements.define("breaking-ticker", BreakingTicker);
}
