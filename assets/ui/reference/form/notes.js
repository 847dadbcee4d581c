/** Errors and warnings below the fields of the form that they are about. */
/** @import { Swap } from "payloads" */
import { Button, html } from "../../kit/html.js";
import { Swaps } from "../../kit/swaps.js";
import { signal } from "../../vendor/signals.min.js";

/** @typedef {{ tone: string, text: string, swaps?: Swap[] | null, show?: () => unknown }} Note */

const accepted = signal(/** @type {string[]} */ ([]));

/**
 * The notes of a field; its control has `noted` of the same id. `use` writes the prompts of its set.
 * @param {{ id: string, notes?: Note[], use?: (prompts: string[]) => unknown }} props
 */
export const Notes = ({ id, notes = [], use }) => html`<div class="field-notes" id=${id} aria-live="polite">
  ${notes
    .filter(({ text }) => !accepted.value.includes(text))
    .map(({ tone, text, swaps, show }) => {
      const goOn = () => {
        accepted.value = [...accepted.value, text];
      };
      return html`<p key=${text} data-tone=${tone}>
        ${text}${use && swaps && html`<${Swaps} swaps=${swaps} use=${use} goOn=${goOn} />`}
        ${show && html` <${Button} class="quiet" data-action="show" onClick=${show}>Show<//>`}
      </p>`;
    })}
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
  for (let one = box?.closest("details"); one; one = one.parentElement?.closest("details")) one.open = true;
  box?.scrollIntoView({ block: "center" });
  const field = box && form.querySelector(`[aria-describedby="${box.id}"]`);
  if (field instanceof HTMLElement) field.focus();
}
