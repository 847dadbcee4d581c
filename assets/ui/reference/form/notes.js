/** Errors and warnings below the fields of the form that they are about. */
import { html } from "../../kit/html.js";

/** @typedef {{ tone: string, text: string }} Note */

/**
 * The notes of a field; its control has `noted` of the same id.
 * @param {{ id: string, notes?: Note[] }} props
 */
export const Notes = ({ id, notes = [] }) => html`<div class="field-notes" id=${id} aria-live="polite">
  ${notes.map(({ tone, text }) => html`<p data-tone=${tone}>${text}</p>`)}
</div>`;

/**
 * The attributes of a field with notes.
 * @param {string} id
 * @param {Note[]} [notes]
 */
export const noted = (id, notes = []) => ({
  "aria-describedby": notes.length ? id : null,
  "aria-invalid": notes.some(({ tone }) => tone === "error") ? "true" : null,
});

/**
 * Bring the first error of a form to the person: open what hides it, and focus its field.
 * @param {HTMLFormElement} form
 */
export function revealFirst(form) {
  const errors = [...form.querySelectorAll(".field-notes:has([data-tone=error])")];
  const box = errors.find((one) => !one.closest("[hidden]"));
  const closed = box?.closest("details:not([open])");
  if (closed instanceof HTMLDetailsElement) closed.open = true;
  box?.scrollIntoView({ block: "center" });
  const field = box && form.querySelector(`[aria-describedby="${box.id}"]`);
  if (field instanceof HTMLElement) field.focus();
}
