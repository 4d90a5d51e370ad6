/** Lit, which sets properties, of an element that isn't defined yet. */
import { html, nothing, render } from "lit";

const root = document.getElementById("root");

window.show = ({ mode = null, paused = false }) =>
  render(html`<breaking-ticker .edition=${"en"} .mode=${mode} .paused=${paused}></breaking-ticker>`, root);
window.leave = () => render(nothing, root);
window.show({});
