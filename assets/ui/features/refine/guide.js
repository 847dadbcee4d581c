/** The steps of a repair: what each does, and which buttons it has. */
import { state } from "../../app/store.js";
import { childOf, refining } from "../../rounds/next_step.js";

/** @type {Partial<Record<string, string>>} */
const HINTS = {
  pairs: "Generates an image beside each of yours and judges it area by area.",
  train: "Look at the heat maps, paint over what is wrong, then train.",
  generate: "Generates the same prompts and seeds again, and measures the difference.",
};

/** What an action does in a refinement. @param {string} name */
export function hint(name) {
  if (!refining() || childOf(name)) return undefined;
  return name === "next_round" ? (state.parts.refinement?.next_round_rule ?? "") : HINTS[name];
}

/** Is a button there, of those that a refinement has? @type {Record<string, () => boolean>} */
export const isThere = {
  pairs: () => state.parts.refinement?.step === "pairs",
  train: () => !state.round?.complete || paintedSince(),
  whole: () => !state.round?.complete,
  again: () => state.round?.complete === true,
};

/** Does any pair have a painted mask? Then a trained refinement can be trained again. */
const paintedSince = () => Boolean(state.parts.refinement?.pairs.some((pair) => pair.painted));
