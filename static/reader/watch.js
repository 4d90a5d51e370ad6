/**
 * Event stream of an edition: all that happens on its wire after a page was made. Pages that show lines of other days need
 * it: the banner's live edition knows the board alone, and says nothing of the kill of a line that has left it.
 *
 * Server-Sent Events (HTML standard, 9.2) resume by themselves from where they were. Only a page that is
 * looked at holds a stream: without HTTP/2 a browser has six for all tabs of a site.
 */

import { again } from "./item.js";

const RETRY_MS = 10_000;
/** Jitter against a thundering herd: a reset reaches all readers at once. */
const JITTER_MS = 5000;

/**
 * @param {object} options
 * @param {string} options.edition
 * @param {string} options.cursor position that the page was made at.
 * @param {(line: object) => void} options.onflash a line at a new version, killed ones too.
 * @param {(titles: object) => void} options.ontitles titles of running stories, by slug.
 * @param {() => void} options.onreset what happened in between is not known; called after jitter.
 */
export function watch({ edition, cursor, onflash, ontitles, onreset }) {
  let reached = cursor;
  let stream = null;
  let timer = 0;

  const show = (line) => {
    try {
      onflash(line);
    } catch (error) {
      reportError(error);
      again();
    }
  };
  const take = ({ data }) => {
    const message = JSON.parse(data);
    const missed = reached !== message.cursor;
    reached = message.cursor;
    if (message.titles) ontitles(message.titles);
    if (message.type === "flash") show(message.flash);
    if (message.type !== "hello") return;
    message.flashes.forEach(show);
    if (message.reset && missed) setTimeout(onreset, Math.random() * JITTER_MS);
  };
  const close = () => {
    clearTimeout(timer);
    stream?.close();
  };
  const open = () => {
    close();
    if (document.hidden) return;
    stream = new EventSource(`/v1/${encodeURIComponent(edition)}/live?cursor=${encodeURIComponent(reached)}`);
    stream.onmessage = take;
    stream.onerror = () => {
      // After a refusal a browser gives up for good.
      if (stream.readyState === EventSource.CLOSED) timer = setTimeout(open, (0.5 + Math.random()) * RETRY_MS);
    };
  };

  document.addEventListener("visibilitychange", open);
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
}
