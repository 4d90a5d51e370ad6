/** Keyboard shortcuts of the desk; never a bare key while somebody types. */

const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, dialog";

/**
 * @param {object} does name → what to do: publish, saveDraft, abort (whether anything was stopped), escape, template(n), urgency(step),
 *   compose, nextSheet, walk(step), act(name), called, search, help.
 */
export function listen(does) {
  // Before anything else that Escape means where the focus is.
  const stop = (event) => {
    if (event.key !== "Escape" || event.isComposing || !does.abort()) return;
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("keydown", stop, true);
  document.addEventListener("keydown", (event) => {
    const action = meaning(event, does);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function meaning(event, does) {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey, target } = event;
  const command = ctrlKey || metaKey;
  if (event.isComposing) return null;
  if (command && key === "Enter") return target.closest("dialog, [type=search]") ? null : does.publish;
  if (command && shiftKey && code === "KeyD") return does.saveDraft;
  // The browser closes a menu by it, unless it is taken.
  if (key === "Escape") return target.closest("dialog") || document.querySelector(":popover-open") ? null : does.escape;
  if (altKey && /^Digit[1-9]$/.test(code)) return () => does.template(Number(code.at(-1)) - 1);
  if (altKey && key === "ArrowUp") return () => does.urgency(-1);
  if (altKey && key === "ArrowDown") return () => does.urgency(1);
  if (altKey && code === "KeyN") return does.compose;
  if (altKey && code === "KeyS") return does.nextSheet;
  if (altKey && code === "KeyA") return does.called;
  if (command || altKey || target.closest(TYPING)) return null;
  // By its place too: on an Arabic keyboard other letters are there.
  if (key === "?" || (code === "Slash" && shiftKey)) return does.help;
  if (key === "/" || code === "Slash") return does.search;
  const verbs = { KeyC: "correct", KeyR: "refile", KeyX: "kill", KeyE: "edit", KeyG: "release", KeyD: "discard", KeyP: "pin" };
  if (code in verbs) return () => does.act(verbs[code]);
  return { KeyA: does.called, KeyN: does.compose, KeyJ: () => does.walk(1), KeyK: () => does.walk(-1) }[code] ?? null;
}
