/** Serialisation of the form: its fields as the service wants them, and back. */

const TEXTS = ["source", "located", "section", "region", "coverage", "url"];
const TIMES = ["embargoed", "expires"];

/**
 * Everything that is filled in.
 * @param {HTMLFormElement} form
 */
export function read(form) {
  const { elements } = form;
  const fields = { headline: elements.headline.value.trim(), urgency: Number(elements.urgency.value) };
  for (const name of TEXTS) if (elements[name].value.trim()) fields[name] = elements[name].value.trim();
  for (const name of TIMES) if (elements[name].value) fields[name] = new Date(elements[name].value).toISOString();
  const tags = elements.tags.value.split(/[,،]/).map((tag) => tag.trim()).filter(Boolean);
  if (tags.length) fields.tags = tags;
  if (elements.pinned.checked) fields.pinned = true;
  if (form.dataset.story) fields.story = form.dataset.story;
  return fields;
}

/** The same with a null for each empty field, for a draft whose field was emptied. */
export function whole(form) {
  const empty = Object.fromEntries([...TEXTS, ...TIMES].map((name) => [name, null]));
  return { ...empty, tags: [], pinned: false, ...read(form) };
}

/**
 * @param {HTMLFormElement} form
 * @param {object} fields
 */
export function write(form, fields) {
  const { elements } = form;
  elements.headline.value = fields.headline ?? "";
  elements.urgency.value = String(fields.urgency ?? 3);
  for (const name of TEXTS) elements[name].value = fields[name] ?? "";
  for (const name of TIMES) elements[name].value = fields[name] ? local(fields[name]) : "";
  elements.tags.value = (fields.tags ?? []).join(", ");
  elements.pinned.checked = Boolean(fields.pinned);
  form.dataset.story = fields.story ?? "";
  const more = ["located", "coverage", "url", ...TIMES].some((name) => fields[name]) || fields.tags?.length || fields.pinned;
  if (more) document.getElementById("more").open = true;
}

/** The value of a `datetime-local`: the clock on the wall, to the second where it matters. */
function local(time) {
  const date = new Date(time);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, date.getSeconds() ? 19 : 16);
}
