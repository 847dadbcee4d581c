/** Which detector says that a picture is a copy: the prompts, the pictures, or both. */
/** @import { Candidate, ProjectKind, Round } from "payloads" */
import { TAUGHT } from "../../app/kinds.js";
import { count } from "../../kit/format.js";

/**
 * Text of the remarks on how a picture was generated.
 * @type {Partial<Record<string, string>>}
 */
export const REMARKS = {
  redrawn: "generated again in full precision",
  flat: "one flat color, also in full precision",
};

/**
 * That a picture is a copy, and who says so; empty if it is none.
 * @param {Pick<Candidate, "copy_by">} candidate
 * @param {ProjectKind} [kind] of the project
 */
export function copyWords({ copy_by: by }, kind = "style") {
  if (!by) return "";
  if (by === "person") return "a copy, as you marked";
  if (by === "prompts") return "a copy: closer to the reference’s prompt than to its own";
  return `a copy: ${TAUGHT[kind].repeats}`;
}

/**
 * What a person says against the detectors; empty where nothing was said, or the same.
 * @param {Pick<Candidate, "copy_by" | "copy_by_detectors">} candidate
 */
export const cleared = ({ copy_by: by, copy_by_detectors: before }) =>
  !by && before ? "not a copy, as you marked" : "";

/**
 * What a candidate is after a person called it a copy or not; null: what the detectors say.
 * @param {Candidate} candidate
 * @param {boolean | null} copy
 * @returns {Candidate}
 */
export const marked = (candidate, copy) => {
  const by = copy === null ? candidate.copy_by_detectors : copy ? "person" : "";
  return { ...candidate, copy: by !== "", copy_by: by };
};

/**
 * What decides in this round where the pictures do not; empty where they do.
 * @param {Pick<Round, "copy_detectors"> | null} round
 * @param {Pick<Candidate, "compared">[]} candidates
 */
export function detectorNote(round, candidates) {
  if (!round || round.copy_detectors === "none" || !candidates.length) return "";
  const without = candidates.filter(({ compared }) => !compared).length;
  if (!without) return "";
  if (round.copy_detectors === "prompts")
    return "Only the prompts decide here which images are copies, as set under Advanced.";
  const which =
    without === candidates.length
      ? "These images were"
      : `${count(without, "image")} ${without === 1 ? "was" : "were"}`;
  return `${which} not compared with the reference: there the prompts alone decide what is a copy.`;
}
