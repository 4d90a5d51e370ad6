/** The banner in an iframe: it replaces the lines that were served, and posts its height to the page around. */
import { prune } from "../structured.js";
import { tellHeight } from "./wordpress.js";

const banner = document.querySelector("breaking-ticker");
const root = document.documentElement;
let told = 0;

await customElements.whenDefined("breaking-ticker");
const box = banner.shadowRoot.querySelector("[part=box]");

const taking = new MutationObserver(takeOver);
taking.observe(box, { childList: true, subtree: true });
takeOver();
for (const name of ["correction", "kill"]) banner.addEventListener(name, unsay);
for (const name of ["flash", "kill", "status"]) banner.addEventListener(name, () => tell());

const sizes = new ResizeObserver(tell);
sizes.observe(box);
sizes.observe(root);
// A frame that is kept hidden until it says its height is not drawn, and observes nothing.
tell();

/** What was served has done its part; a line that is killed later must not stay in it, shown or not. */
function takeOver() {
  if (box.querySelector("[part=track] slot")) return;
  taking.disconnect();
  root.dataset.live = "";
  banner.replaceChildren();
  unsay();
}

/** Of what machines read, only those lines stay that are still so. */
function unsay() {
  const now = new Set(banner.lines.map(({ id, versioncreated }) => `${id} ${versioncreated}`));
  prune((id, modified) => now.has(`${id} ${modified}`));
}

/** In a low frame everything stands in one row; what we ask for is the height to stand as it would. */
function tell() {
  root.classList.add("measured");
  const height = Math.max(1, Math.ceil(box.getBoundingClientRect().height));
  root.classList.remove("measured");
  if (height === told || parent === window) return;
  told = height;
  parent.postMessage({ type: "ticker:height", height }, "*");
  tellHeight(height);
}
