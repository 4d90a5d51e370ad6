/** Embargo and expiry: what is wrong with one is said at its field, while it is typed (inline validation). */
import { faultOfTimes } from "./form.js";

/** The times of the box. */
export class Times {
  #told = null;

  /**
   * @param {object} options
   * @param {HTMLFormElement} options.form
   * @param {import("./field_faults.js").FieldFaults} options.faults
   * @param {object} options.words
   * @param {number} options.hold seconds.
   */
  constructor({ form, faults, words, hold }) {
    Object.assign(this, { form, faults, words, hold });
  }

  /** As it is typed: the focus stays where it is. */
  look() {
    const fault = this.#find(this.hold);
    const told = this.#told;
    if (told && (told.field !== fault?.field || told.said !== fault.said)) this.faults.end(told.field);
    const isTyped = fault?.kind === "unfinished" && this.form.elements[fault.field].matches(":focus");
    this.#told = isTyped ? null : fault;
    if (this.#told) this.faults.tell(fault);
  }

  /** Whether the sheet can't go like that; the focus is where it has to be mended then. */
  refuse(isDraft) {
    const fault = this.#find(isDraft ? 0 : this.hold);
    if (fault) this.faults.show([fault]);
    return fault !== null;
  }

  /** What is wrong with the embargo, in words; "": nothing. */
  get embargo() {
    const fault = this.#find(this.hold);
    return fault?.field === "embargoed" ? fault.said : "";
  }

  #find(hold) {
    const fault = faultOfTimes(this.form, hold);
    return fault && { kind: fault.kind, field: fault.input.name, said: this.words.times[fault.kind] };
  }
}
