/** Messages of the protocol (docs/protocol.md): text in, a checked message or null out. No DOM. */

const STATUSES = new Set(["usable", "canceled"]);

/** By type; a Map, so that no type is mistaken for what every object inherits. */
const CHECKS = new Map([
  ["hello", (m) => areFlashes(m.flashes) && absentOr(isIds, m.drops) && absentOr(isBoard, m.board)],
  ["flash", (m) => isFlash(m.flash)],
  ["drop", (m) => isText(m.id)],
  ["beat", () => true],
]);

/**
 * A message the store can apply, or null for anything else: malformed, or of a later protocol.
 * @param {string} text one WebSocket message or Server-Sent Event.
 * @returns {object|null}
 */
export function decode(text) {
  try {
    const message = JSON.parse(text);
    return isPlaced(message) && CHECKS.get(message.type)?.(message) ? message : null;
  } catch {
    return null;
  }
}

/** A time that can't be read would empty the board: every age is reckoned from it. */
function isPlaced(message) {
  return isText(message?.cursor) && absentOr(isTime, message.now) && absentOr(isTime, message.stale);
}

function absentOr(check, value) {
  return value === undefined || value === null || check(value);
}

function isText(value) {
  return typeof value === "string";
}

function isTime(value) {
  return isText(value) && !Number.isNaN(Date.parse(value));
}

function isIds(value) {
  return Array.isArray(value) && value.every(isText);
}

function isBoard(board) {
  return absentOr(Number.isFinite, board.lines) && absentOr(Number.isFinite, board.hours);
}

function areFlashes(value) {
  return Array.isArray(value) && value.every(isFlash);
}

function isFlash(flash) {
  if (!isText(flash?.id) || !Number.isInteger(flash.version) || !STATUSES.has(flash.pubstatus)) return false;
  return flash.pubstatus === "canceled" || (isText(flash.headline) && isTime(flash.firstcreated));
}
