/** The snippet builder: each choice asks the service what comes of it, and goes into the page's address. */
import { parsed } from "../trusted.js";

const DEBOUNCE_MS = 150;
const SHOWN_MS = 2500;
const NARROW = "(max-width: 700px)";

const form = document.getElementById("choices");
const frame = document.getElementById("frame");
const stage = document.getElementById("stage");
const fault = document.getElementById("fault");
const copied = document.getElementById("copied");
let asked = new AbortController();
let pause = 0;
let shown = 0;
let seen = frame.getAttribute("src");

document.getElementById("phone").checked = matchMedia(NARROW).matches;
form.addEventListener("input", ({ target }) => {
  if (target.type === "color") set(target, true);
  soon();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("click", ({ target }) => {
  const name = target.closest("[data-reset]")?.dataset.reset;
  if (name) reset(form.elements[name]);
});
document.addEventListener("click", ({ target }) => {
  const id = target.closest("[data-copy]")?.dataset.copy;
  if (id) copy(document.getElementById(id));
});
addEventListener("message", ({ source, data }) => {
  if (source === frame.contentWindow && data.type === "ticker:height") frame.height = data.height;
});

function set(input, own) {
  input.toggleAttribute("data-set", own);
  form.querySelector(`[data-reset="${input.name}"]`).disabled = !own;
}

function reset(input) {
  input.value = input.dataset.own;
  set(input, false);
  input.focus();
  soon();
}

/** Debounced: a hand on a colour picker says many colours a second. */
function soon() {
  clearTimeout(pause);
  pause = setTimeout(make, DEBOUNCE_MS);
}

async function make() {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  try {
    const answer = await fetch(`/embed?${choices()}`, { signal });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    show(await parsed(answer));
    fault.textContent = "";
  } catch (error) {
    if (!signal.aborted) fault.textContent = error.message;
  }
}

function choices() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const input = form.elements[name];
    const values = "list" in (input.dataset ?? {}) ? value.split(",") : [value];
    if (input.type !== "color" || "set" in input.dataset) {
      values.forEach((each) => each.trim() && query.append(name, each.trim()));
    }
  }
  return query;
}

/** What the service made of the choices, in place of what stood here. */
function show(made) {
  for (const part of document.querySelectorAll("[data-made]")) part.replaceWith(made.getElementById(part.id));
  for (const input of form.querySelectorAll("input[type=color]")) own(input, made.getElementsByName(input.name)[0]);
  stage.className = made.getElementById("stage").className;
  history.replaceState(null, "", new URL(document.getElementById("address").href).search || location.pathname);
  look(made.getElementById("frame").getAttribute("src"));
}

/** Looking is no step that the back button would have to undo. */
function look(src) {
  if (src === seen) return;
  seen = src;
  frame.contentWindow.location.replace(src);
}

/** A colour that nobody chose is that of the theme. */
function own(input, { dataset }) {
  input.dataset.own = dataset.own;
  if (!("set" in input.dataset)) input.value = dataset.own;
}

async function copy(code) {
  clearTimeout(shown);
  try {
    await navigator.clipboard.writeText(code.textContent);
    copied.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    copied.textContent = "Selected: copy it with your keyboard";
  }
  shown = setTimeout(() => (copied.textContent = ""), SHOWN_MS);
}
