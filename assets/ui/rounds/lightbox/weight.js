/** How much an accepted picture counts in later trainings: as its round, or a weight set by hand. */
import { state } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { typedNumber } from "../../kit/format.js";
import { setWeight } from "../grid/verdicts.js";
import { toast } from "../../kit/toast.js";

/** @param {number} weight */
const rounded = (weight) => String(Number(weight.toPrecision(2)));

/**
 * A field for the weight of an accepted picture; empty: as its round.
 * @param {string} id
 */
export function weightField(id) {
  const byHand = state.weights.get(id);
  const usual = rounded(state.round?.example_weight ?? 1);
  const input = el("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    name: "weight",
    placeholder: usual,
    value: byHand === undefined ? "" : String(byHand),
    data: { action: "weight" },
    on: {
      change: () => set(id, input.value),
      keydown: (event) => event.key === "Enter" && input.blur(),
    },
  });
  return el(
    "label",
    {
      class: "weight-field",
      title: "How much the image counts in training; a reference counts 1. Empty: the computed weight",
    },
    el("span", {}, byHand === undefined ? "Weight" : `Weight, set by hand (computed: ${usual})`),
    input,
  );
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
