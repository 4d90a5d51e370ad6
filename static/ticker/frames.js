/** Parser of the protocol's messages (docs/protocol.md): text in, a valid message or null out. No DOM. */

const TYPES = ["hello", "flash", "drop", "beat", "titles"];

/**
 * A message the store can apply, or null for anything else: malformed, or of a later protocol.
 * @param {string} text one WebSocket message or Server-Sent Event.
 * @param {string[]} [topics] further types of message that are expected.
 * @returns {object|null}
 */
export function decode(text, topics = []) {
  try {
    const message = JSON.parse(text);
    const { type, cursor, now, flash, flashes = [flash], drops = [] } = message;
    const flashy = type === "hello" || type === "flash";
    const valid = (TYPES.includes(type) || topics.includes(type)) && typeof cursor === "string" && (!now || isTime(now)) && drops.every((id) => id);
    return valid && (!flashy || flashes.every(isFlash)) ? message : null;
  } catch {
    return null;
  }
}

/** A time that can't be read would empty the board: every age is reckoned from it. */
function isTime(text) {
  return Date.parse(text) > 0;
}

function isFlash({ id, version, pubstatus, headline, firstcreated }) {
  if (typeof id !== "string" || !Number.isInteger(version)) return false;
  return pubstatus === "canceled" || (pubstatus === "usable" && typeof headline === "string" && isTime(firstcreated));
}
