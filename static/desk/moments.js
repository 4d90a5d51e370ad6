/** Times of a page as the clock on the wall has them, with the zone. */

const FORM = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
const form = new Intl.DateTimeFormat(document.documentElement.lang, FORM);

for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = form.format(new Date(time.dateTime));
  time.removeAttribute("dir");
}
