/** Early theme, blocking the first paint: the colours and the number of rows that the frame's address asks for. */
{
  const COLOURS = ["breaking", "on-breaking", "surface", "text", "muted", "urgent", "link", "control", "hairline", "warning"];
  const asked = new URLSearchParams(location.search);
  const { style } = document.documentElement;
  for (const name of COLOURS) {
    const value = asked.getAll(name).pop();
    if (value) style.setProperty(`--bt-${name}`, `#${value.replace("#", "")}`);
  }
  const rows = asked.getAll("max").pop();
  if (rows) style.setProperty("--rows", rows);
}
