/** A frame that nothing live has taken over is as it was served: it is asked for again, as without script. */
{
  const RETRY_MS = 60000;
  const root = document.documentElement;

  addEventListener("load", () => {
    setTimeout(again, RETRY_MS);
    if (window.customElements && customElements.get("breaking-ticker")) return;
    // A browser below what the banner needs: it has all lines, as without script.
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = "/static/embed/noscript.css";
    document.head.append(sheet);
  });

  async function again() {
    if ("live" in root.dataset) return;
    try {
      // A frame that may not have its origin sees no more than that there is an answer.
      const { ok, type } = await fetch(location.href, { mode: "no-cors" });
      if (ok || type === "opaque") location.reload();
    } catch (error) {
      // The service is away, and a page that is reloaded now would be gone.
    }
    setTimeout(again, RETRY_MS);
  }
}
