/** Passkeys (WebAuthn): makes one at the account page, logs in with one at the login page. */

const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/json" };
// A challenge lives 300 s; one that waits in the name field's list is renewed before.
const RENEW_MS = 240_000;
const STATUS_WORDS = { 401: "refused", 403: "wrong", 409: "full", 422: "refused", 429: "later" };

/** What the service said no to; `message` is a word of the page's. */
class Refused extends Error {}

const isSupported = Boolean(globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON);

async function post(path, body = {}, headers = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Refused(STATUS_WORDS[answer.status] ?? "failed");
  return answer.status === 204 ? null : answer.json();
}

/** Which of the page's words says what went wrong. */
function wordOf(error) {
  if (error instanceof Refused) return error.message;
  return { NotAllowedError: "cancelled", InvalidStateError: "known" }[error.name] ?? "failed";
}

/** The ceremony of a login. */
class Login {
  #waiting = new AbortController();

  /** @param {HTMLButtonElement} button with `data-next` and `data-words`. */
  constructor(button) {
    this.button = button;
    this.words = JSON.parse(button.dataset.words);
    this.fault = document.querySelector("#passkey-fault");
  }

  start() {
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.#ask());
    this.#offer();
  }

  /** By the button: the browser asks at once. */
  async #ask() {
    this.button.disabled = true;
    this.fault.textContent = "";
    try {
      await this.#get({});
    } catch (error) {
      this.fault.textContent = this.words[wordOf(error)];
      this.#offer();
    } finally {
      this.button.disabled = false;
    }
  }

  /** Conditional UI: passkeys stand in the list of the name field, where the browser can do it. */
  async #offer() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const renewal = setTimeout(() => this.#offer(), RENEW_MS);
    try {
      await this.#get({ mediation: "conditional" });
    } catch (error) {
      // Nobody has asked for anything yet: only what somebody chose is worth a word.
      if (error instanceof Refused && error.message === "refused") this.fault.textContent = this.words.refused;
    } finally {
      clearTimeout(renewal);
    }
  }

  async #get(how) {
    this.#waiting.abort();
    this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    const options = await post("/desk/login/passkey/options");
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = await navigator.credentials.get({ publicKey, signal, ...how });
    const { next } = await post("/desk/login/passkey", {
      credential: credential.toJSON(),
      next: this.button.dataset.next,
    });
    location.assign(next);
  }
}

/** Makes a passkey of what the form says. */
async function add(form) {
  const csrf = { "X-CSRF-Token": form.dataset.csrf };
  const { name, password } = form.elements;
  const options = await post("/desk/account/passkeys/options", { password: password.value }, csrf);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  const made = { name: name.value, credential: credential.toJSON() };
  await post("/desk/account/passkeys", made, csrf);
  location.reload();
}

function startAccount(form) {
  const elsewhere = document.querySelector("#passkeys-elsewhere");
  elsewhere.hidden = location.origin === elsewhere.dataset.origin;
  document.querySelector("#passkeys-unsupported").hidden = !elsewhere.hidden || isSupported;
  form.hidden = !elsewhere.hidden || !isSupported;
  const words = JSON.parse(form.dataset.words);
  const fault = document.querySelector("#passkey-fault");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    fault.textContent = "";
    try {
      await add(form);
    } catch (error) {
      fault.textContent = words[wordOf(error)];
      button.disabled = false;
    }
  });
}

const button = document.querySelector("#passkey");
if (button && isSupported) new Login(button).start();
const form = document.querySelector("#add-passkey");
if (form) startAccount(form);
