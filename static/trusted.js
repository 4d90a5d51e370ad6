/** Trusted Types: the one policy that our pages allow, for pages of our own that scripts fetch, and for data in pages. */

const policy = globalThis.trustedTypes?.createPolicy("ticker-page", {
  createHTML: (text) => text,
  createScript: (text) => JSON.stringify(JSON.parse(text)),
});

/**
 * A page of ours, parsed and never run: scripts of a parsed document do not execute.
 * @param {Response} answer of a request to our own origin.
 */
export async function parsed(answer) {
  const text = await answer.text();
  return new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "text/html");
}

/**
 * Give a data block (JSON-LD) other data; a browser takes it for a script, though it runs none of that type.
 * @param {HTMLScriptElement} block
 * @param {object} data
 */
export function rewrite(block, data) {
  const text = JSON.stringify(data);
  block.text = policy?.createScript(text) ?? text;
}
