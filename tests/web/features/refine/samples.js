/** Whole payloads of a refinement for tests. */
/** @import { Pair, Refinement } from "payloads" */

/**
 * @param {Partial<Pair>} [more]
 * @returns {Pair}
 */
export const pair = (more) => ({
  id: "q",
  prompt: "A cat",
  subject: "",
  seed: "1",
  weight: 1,
  round_id: "n",
  position: 0,
  reference_image: "aa",
  reference_mask: null,
  generated_image: "bb",
  painted: null,
  maps_version: "cc",
  mean_quality: 0.5,
  mean_reproduction: 0.5,
  ...more,
});

/**
 * @param {Partial<Refinement>} [more]
 * @returns {Refinement}
 */
export const refinement = (more) => ({
  step: "review",
  pairs: [],
  measurements: [],
  measured_by: "",
  unmeasured: "",
  losses: [],
  rule: "continue",
  next_round_rule: "",
  can_undo: false,
  can_redo: false,
  measured_prompts: [],
  ...more,
});
