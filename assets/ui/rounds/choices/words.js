/** Words of the log of choices. */
/** @import { Choice, RoundChoices } from "../../app/payloads_calls.d.ts" */

/** @type {Record<Choice["kind"], string>} */
export const KINDS = {
  agreed: "Took the suggestion",
  "other picture": "Another picture of the same test prompt",
  "other prompt": "A test prompt that was not suggested",
  "left out": "Left the suggestion out",
  added: "A second picture, besides an accepted one",
};

/**
 * "you agreed in 2 of 3 (67 %), kappa 0.65".
 * @param {RoundChoices} round
 */
export function agreementWords({ choices, agreed, kappa }) {
  if (!choices) return "nothing that you decided stands";
  const share = `you agreed in ${agreed} of ${choices} (${Math.round((100 * agreed) / choices)} %)`;
  return kappa === null ? share : `${share}, kappa ${kappa.toFixed(2).replace("-", "−")}`;
}
