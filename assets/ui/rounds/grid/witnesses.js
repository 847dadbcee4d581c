/** Which witness says that a picture is like the reference: the prompts, the pictures, or both. */
/** @import { Candidate, Round } from "payloads" */
import { count } from "../../kit/format.js";

/** @type {Record<Candidate["copy_by"], string>} */
const SAYS = {
  "": "",
  prompts: "looks like the reference, by prompt",
  pictures: "shows the reference",
  both: "shows the reference, and by prompt",
  person: "a copy, as you marked",
};

/**
 * That a picture is like the reference, and who says so; empty if it is not.
 * @param {Pick<Candidate, "copy_by" | "compared">} candidate
 */
export const likeWords = ({ copy_by: by, compared }) =>
  by === "prompts" && !compared ? "looks like the reference" : SAYS[by];

/**
 * What a person says against the witnesses; empty where nothing was said, or the same.
 * @param {Pick<Candidate, "copy_by" | "copy_by_witnesses">} candidate
 */
export const cleared = ({ copy_by: by, copy_by_witnesses: before }) =>
  !by && before ? "not a copy, as you marked" : "";

/**
 * What a candidate is after a person called it a copy or not; null: what the witnesses say.
 * @param {Candidate} candidate
 * @param {boolean | null} copy
 * @returns {Candidate}
 */
export const marked = (candidate, copy) => {
  const by = copy === null ? candidate.copy_by_witnesses : copy ? "person" : "";
  return { ...candidate, copy: by !== "", copy_by: by };
};

/**
 * What decides in this round where the pictures do not; empty where they do.
 * @param {Pick<Round, "witnesses"> | null} round
 * @param {Pick<Candidate, "compared">[]} candidates
 */
export function witnessNote(round, candidates) {
  if (!round || !candidates.length) return "";
  const without = candidates.filter(({ compared }) => !compared).length;
  if (!without) return "";
  if (round.witnesses === "prompts")
    return "Only the prompts decide here which pictures are like the reference, as set under Advanced.";
  const which =
    without === candidates.length
      ? "These pictures were"
      : `${count(without, "picture")} ${without === 1 ? "was" : "were"}`;
  return `${which} drawn without being compared with the reference: there the prompts alone decide.`;
}
