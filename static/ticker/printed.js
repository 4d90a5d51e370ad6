/** Print view: on paper stands the whole list of lines, whatever the mode shows of it. */
import { make, render } from "./line.js";

/**
 * Put the list where lines are shown, for as long as the page is printed.
 * @param {object} context as `render` takes it.
 * @param {() => object[]} lines
 */
export function printing(context, lines) {
  const { track, signal } = context;
  const list = make("ol", "printed");
  const fill = () => {
    list.replaceChildren(...lines().map((line) => render(line, context, "li")));
    track.prepend(list);
  };
  addEventListener("beforeprint", fill, { signal });
  addEventListener("afterprint", () => list.remove(), { signal });
}
