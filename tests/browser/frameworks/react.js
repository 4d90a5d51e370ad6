/** React on a page that a server rendered; strict mode makes everything twice. */
import { StrictMode, createElement } from "react";
import { hydrateRoot } from "react-dom/client";

const app = (props) => createElement(StrictMode, null, createElement("breaking-ticker", { edition: "en", ...props }));
const root = hydrateRoot(document.getElementById("root"), app());

window.show = (props) => root.render(app(props));
window.leave = () => root.unmount();
