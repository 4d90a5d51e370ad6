/** Trusted Types: the one policy that our pages allow, for pages of our own that scripts fetch. */

const policy = globalThis.trustedTypes?.createPolicy("ticker-page", { createHTML: (text) => text });

/**
 * A page of ours, parsed and never run: scripts of a parsed document do not execute.
 * @param {Response} answer of a request to our own origin.
 */
export async function parsed(answer) {
  const text = await answer.text();
  return new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "text/html");
}
