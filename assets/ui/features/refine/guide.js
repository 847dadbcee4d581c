/** The steps of a repair: what comes next, what it does, and why it cannot be pressed. */
import { state } from "../../app/store.js";
import { childOf, refining } from "../../rounds/next_step.js";

/** @type {Partial<Record<string, string>>} */
const STEPS = { pairs: "pairs", review: "train", refine: "train", generate: "generate" };
/** @type {Partial<Record<string, string>>} */
const HINTS = {
  pairs: "Generates an image beside each of yours and judges it area by area.",
  train: "Look at the heat maps, paint over what is wrong, then train.",
  generate: "Generates the same prompts and seeds again, and measures the difference.",
};

/** @type {import("../../rounds/next_step.js").Guide} */
export const guide = {
  closed: (name) => (name === "train" && !pairsReady() ? "Make the comparison pairs first" : undefined),
  next: () => (refining() ? STEPS[state.parts.refinement?.step ?? ""] : undefined),
  hint(name) {
    if (!refining() || childOf(name)) return undefined;
    return name === "next_round" ? (state.parts.refinement?.next_round_rule ?? "") : HINTS[name];
  },
};

/** Is a button there, of those that a refinement has? @type {Record<string, () => boolean>} */
export const isThere = {
  pairs: () => !pairsReady() && !state.round?.complete,
  train: () => !state.round?.complete || paintedSince(),
  whole: () => !state.round?.complete,
  again: () => state.round?.complete === true,
};

/** Does any pair have a painted mask? Then a trained refinement can be trained again. */
const paintedSince = () => Boolean(state.parts.refinement?.pairs.some((pair) => pair.painted));

function pairsReady() {
  const pairs = state.parts.refinement?.pairs ?? [];
  return pairs.length > 0 && pairs.every((pair) => pair.maps_version);
}
