/** Serialisation of the form: its inputs as the fields of a flash that the service wants, and back. */

const SEPARATOR = /[,،]/;

/** By the type of a field: what its input says, null for nothing. */
const READ = {
  string: ({ value }) => value.trim() || null,
  integer: ({ value }) => (value ? Number(value) : null),
  boolean: ({ checked }) => checked || null,
  time: ({ value }) => (value ? new Date(value).toISOString() : null),
  "array of strings": ({ value }) => {
    const parts = value.split(SEPARATOR).map((part) => part.trim()).filter(Boolean);
    return parts.length ? parts : null;
  },
};

/** By the type of a field: put a value into its input. */
const SHOW = {
  string: (input, value) => (input.value = value ?? ""),
  integer: (input, value) => (input.value = String(value)),
  boolean: (input, value) => (input.checked = value),
  time: (input, value) => (input.value = value ? local(value) : ""),
  "array of strings": (input, value) => (input.value = value.join(", ")),
};

/** The inputs that are named like fields. */
export class Inputs {
  #elements;
  #fields;
  #more = document.getElementById("more");

  /**
   * @param {HTMLFormElement} form
   * @param {object} fields name → {type, default}, of all that an editor may set.
   */
  constructor({ elements }, fields) {
    this.#elements = elements;
    this.#fields = Object.entries(fields).filter(([name]) => name in elements);
  }

  /** Everything that is filled in. */
  read() {
    const values = this.#fields.map(([name, { type }]) => [name, READ[type](this.#elements[name])]);
    return Object.fromEntries(values.filter(([, value]) => value !== null));
  }

  /** @param {object} values some fields; the others become empty. */
  write(values) {
    for (const [name, field] of this.#fields) SHOW[field.type](this.#elements[name], values[name] ?? field.default);
    const filled = this.read();
    if ([...this.#more.querySelectorAll("[name]")].some(({ name }) => name in filled)) this.#more.open = true;
  }
}

/**
 * What is wrong with the times that are filled in: a name in `words.times`, and the input.
 * @param {HTMLFormElement} form
 * @param {number} hold seconds until the line goes out if nothing else withholds it.
 */
export function faultOfTimes({ elements }, hold) {
  const { embargoed, expires } = elements;
  for (const input of [embargoed, expires]) {
    // What is half typed has no value, as an empty one has none.
    if (input.validity?.badInput) return { kind: "unfinished", input };
    if (!input.value) continue;
    if (isSkipped(input.value)) return { kind: "skipped", input };
    if (isTwice(input.value)) return { kind: "twice", input };
    if (new Date(input.value) <= Date.now()) return { kind: "past", input };
  }
  const release = embargoed.value ? new Date(embargoed.value) : Date.now() + hold * 1000;
  return expires.value && new Date(expires.value) <= release ? { kind: "dead", input: expires } : null;
}

/** A local time that the change of the clocks leaves out. */
function isSkipped(value) {
  return !local(value).startsWith(value.slice(0, 16));
}

/** A local time that comes twice, since the clocks are put back over it. */
function isTwice(value) {
  return [-60, -30, 30, 60].some((minutes) => local(new Date(value).getTime() + minutes * 60_000).startsWith(value.slice(0, 16)));
}

/** The value of a `datetime-local`: the clock on the wall, to the second where it matters. */
function local(time) {
  const date = new Date(time);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, date.getSeconds() ? 19 : 16);
}
