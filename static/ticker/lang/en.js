export default {
  label: "Breaking",
  empty: "No breaking news",
  corrected: "Corrected",
  pause: "Pause",
  resume: "Resume",
  fresh: (count) => `${count} new`,
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  stale: (minutes) => (minutes < 1 ? "Not up to date" : `Not up to date for ${minutes} min`),
  stopped: "Not connected",
  urgency: { 1: "Flash", 2: "Alert", 3: "Urgent", 4: "Update" },
};
