/** How much an accepted picture counts in later trainings: as its round, or a weight set by hand. */
import { state } from "../../app/store.js";
import { typedNumber } from "../../kit/format.js";
import { html, leaveOnEnter, withValue } from "../../kit/html.js";
import { setWeight } from "../grid/verdicts.js";
import { toast } from "../../kit/toast.js";

/** @param {number} weight */
const rounded = (weight) => String(Number(weight.toPrecision(2)));

/**
 * A field for the weight of an accepted picture; empty: as its round.
 * @param {{ id: string }} props
 */
export function WeightField({ id }) {
  const byHand = state.weights.get(id);
  const usual = rounded(state.round?.example_weight ?? 1);
  return html`<label
    class="weight-field"
    title="How much the image counts in training; a reference counts 1. Empty: the computed weight"
  >
    <span>${byHand === undefined ? "Weight" : `Weight, set by hand (computed: ${usual})`}</span>
    <input
      type="text" inputmode="decimal" autocomplete="off" name="weight" placeholder=${usual}
      defaultValue=${byHand ?? ""} key="${id} ${byHand}" data-action="weight"
      onChange=${withValue((typed) => set(id, typed))} onKeyDown=${leaveOnEnter}
    />
  </label>`;
}

/**
 * @param {string} id
 * @param {string} typed
 */
function set(id, typed) {
  const weight = typed.trim() === "" ? null : typedNumber(typed);
  if (weight !== null && !(weight >= 0 && weight <= 1000)) {
    toast(
      `The weight is “${typed}”: type a number from 0 to 1000, or leave it empty for the computed one.`,
      "error",
    );
    return;
  }
  if (weight !== (state.weights.get(id) ?? null)) setWeight(id, weight);
}
