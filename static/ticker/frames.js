/** Messages of the protocol (docs/protocol.md): text in, a checked message or null out. No DOM. */

const STATUSES = new Set(["usable", "canceled"]);

/**
 * A message the store can apply, or null for anything else: malformed, or of a later protocol.
 * @param {string} text one WebSocket message or Server-Sent Event.
 * @returns {object|null}
 */
export function decode(text) {
  try {
    const message = JSON.parse(text);
    return CHECKS[message?.type]?.(message) ? message : null;
  } catch {
    return null;
  }
}

const CHECKS = {
  hello: (m) => isText(m.cursor) && Array.isArray(m.flashes) && m.flashes.every(isFlash),
  flash: (m) => isText(m.cursor) && isFlash(m.flash),
  drop: (m) => isText(m.cursor) && isText(m.id),
  beat: (m) => isText(m.cursor),
};

function isText(value) {
  return typeof value === "string";
}

function isFlash(flash) {
  return (
    isText(flash?.id) &&
    Number.isInteger(flash.version) &&
    STATUSES.has(flash.pubstatus) &&
    (flash.pubstatus === "canceled" || isText(flash.headline))
  );
}
