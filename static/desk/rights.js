/**
 * What is offered to whom, so that nobody is refused what they were shown; the service judges (docs/desk.md).
 * Hands say whose a line is: {first, author, last, shared}, undefined as long as that is not known.
 */

const REPORTER_URGENCY = 3;

function isReporter({ role }) {
  return role === "reporter";
}

/** Whether somebody may change or discard a line that waits. */
export function mayTouch(about, { stage }, hands) {
  return !isReporter(about) || (isOwn(about, hands) && stage !== "awaiting");
}

/** Whether somebody may let a line out that waits. Whose words it has is no second key. */
export function mayRelease(about, { stage, urgency, pinned }, hands) {
  if (stage === "awaiting") return !isReporter(about) && hands !== undefined && hands.author !== about.user;
  return !isReporter(about) || (isOwn(about, hands) && isModest(urgency, pinned));
}

/** Whether somebody may change a line that is out. */
export function mayCorrect(about, { urgency, pinned }, hands) {
  return !isReporter(about) || (isOwn(about, hands) && isModest(urgency, pinned));
}

/** Whether somebody may pin or kill what is out. */
export function mayKill(about) {
  return !isReporter(about);
}

function isOwn({ user }, hands) {
  return hands?.first === user && !hands.shared;
}

function isModest(urgency, pinned) {
  return urgency >= REPORTER_URGENCY && !pinned;
}
