/** Times of a page as the clock on the wall has them, with the zone; in UTC where one points at them. */
import { zone } from "./dom.js";

const { lang } = document.documentElement;
const DAY = { year: "numeric", month: "short", day: "numeric" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short", numberingSystem: "latn" };
const minutes = new Intl.DateTimeFormat(lang, { ...DAY, ...TIME });
const seconds = new Intl.DateTimeFormat(lang, { ...DAY, ...TIME, second: "2-digit" });

for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = (time.hasAttribute("data-exact") ? seconds : minutes).format(at);
  time.removeAttribute("dir");
}

/** A time that is asked for is the wall's too; the service is asked for it in UTC. */
for (const form of document.querySelectorAll("form[data-local]")) {
  const field = form.elements.at;
  if (field.value) field.value = local(new Date(`${field.value}Z`));
  form.querySelector("[data-zone]").textContent = zone(lang);
  form.addEventListener("formdata", ({ formData }) => {
    formData.set("at", new Date(field.value).toISOString().slice(0, 19));
  });
}

/** As a field of the form `datetime-local` has it. */
function local(at) {
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
