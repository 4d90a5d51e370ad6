/**
 * What WordPress has a stranger's frame tell its page (wp-embed.js): that it is there, how high, where a link goes.
 *
 * The sandbox that it puts around lets no window open and no page but our own be gone to; so a link to elsewhere
 * goes to the page of its line, which has it too.
 */

/** Frames that say less are made this high. */
const LEAST_PX = 200;

let last;

/** The frame shows from the first message on, at the height that oEmbed said unless this one says more. */
export function tellHeight(height) {
  last = height;
  tell(height < LEAST_PX ? "shown" : "height", height);
}

function tell(message, value) {
  const secret = /secret=(\w+)/.exec(location.hash)?.[1];
  if (secret) parent.postMessage({ message, value, secret }, "*");
  return secret;
}

function again() {
  if (last) tellHeight(last);
}

// Its script may come after ours, and give the secret only then.
addEventListener("hashchange", again);
addEventListener("message", ({ source, data }) => {
  if (source === parent && data?.message === "ready") again();
});
addEventListener("click", (event) => {
  const path = event.composedPath();
  const link = path.find((it) => it.localName === "a");
  if (!link) return;
  const line = path.find((it) => it.classList?.contains("line"));
  const edition = document.querySelector("breaking-ticker").getAttribute("edition");
  const own = line?.querySelector(".permalink")?.href ?? new URL(`/${edition}/f/${line?.dataset.id}`, location.href).href;
  if (tell("link", link.host === location.host ? link.href : own)) event.preventDefault();
});
