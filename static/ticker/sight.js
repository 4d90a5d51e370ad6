/** Whether a banner can be seen (IntersectionObserver, Page Visibility), and when its room or its type changes. */

/**
 * Watch it until the signal aborts.
 * @param {HTMLElement} host
 * @param {HTMLElement} track
 * @param {{fit: () => void, see: (visible: boolean) => void}} tell
 * @param {AbortSignal} signal
 */
export function watch(host, track, { fit, see }, signal) {
  const page = host.ownerDocument;
  let inView = true;
  const tell = () => see(inView && !page.hidden);
  const seen = new IntersectionObserver((entries) => {
    inView = entries.at(-1).isIntersecting;
    tell();
  });
  const resized = new ResizeObserver(fit);
  seen.observe(host);
  resized.observe(track);
  page.addEventListener("visibilitychange", tell, { signal });
  page.fonts.addEventListener("loadingdone", fit, { signal });
  signal.addEventListener("abort", () => [seen, resized].forEach((each) => each.disconnect()));
  tell();
}
