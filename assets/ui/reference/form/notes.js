/** Errors and warnings beside the fields of the form that they are about. */
import { el, repeats, setAttribute } from "../../kit/dom.js";

let numbered = 0; // ids for aria-describedby

/**
 * A place for notes: `box` is shown beside `control`.
 * @typedef {{ control: HTMLElement | null, box: HTMLElement }} NotePlace
 */

/**
 * @param {HTMLElement | null} control
 * @returns {NotePlace}
 */
export function notePlace(control) {
  numbered += 1;
  const box = el("div", { class: "field-notes", id: `form-notes-${numbered}`, "aria-live": "polite" });
  return { control, box };
}

/**
 * @param {NotePlace | undefined} place
 * @param {{ tone: string, text: string }[]} notes
 */
export function showNotes(place, notes) {
  if (!place || repeats(place.box, notes)) return;
  place.box.replaceChildren(...notes.map(({ tone, text }) => el("p", { data: { tone } }, text)));
  if (!place.control) return;
  setAttribute(place.control, "aria-describedby", notes.length ? place.box.id : null);
  setAttribute(place.control, "aria-invalid", notes.some(({ tone }) => tone === "error") || null);
}

/**
 * The first of some places on the screen.
 * @param {NotePlace[]} places
 */
export const firstPlace = (places) =>
  places.sort((one, other) =>
    one.box.compareDocumentPosition(other.box) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  )[0];

/**
 * Bring a place to the person: open what hides it, and focus its field.
 * @param {NotePlace} place
 */
export function reveal({ control, box }) {
  const closed = box.closest("details:not([open])");
  if (closed instanceof HTMLDetailsElement) closed.open = true;
  box.scrollIntoView({ block: "center" });
  control?.focus();
}
