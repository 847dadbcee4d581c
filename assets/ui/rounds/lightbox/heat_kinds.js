/** The heat maps that the enlarged view of a candidate offers. */
/** @import { Candidate } from "payloads" */
/** @import { Offer } from "../../heatmap/panel.js" */

/** @type {Offer} */
const SHOWN = {
  kind: "shown",
  label: "Where it copies",
  name: "How much of the reference it shows",
  ends: ["new", "copied"],
  title: "H: which areas copy the reference",
};

/** @type {Offer} */
const DISAGREEMENT = {
  kind: "disagreement",
  label: "Where runs disagree",
  name: "Here the runs disagree",
  ends: ["alike", "different"],
  title: "What runs with other seeds generate differently from the same prompt and seed",
};

/**
 * The maps of a candidate: where it shows the reference, if it was compared; where trainings disagree, if
 * several were asked; and how like the reference each area is.
 * @param {Candidate} candidate
 * @returns {Offer[]}
 */
export const heatKinds = ({ compared, scores }) => [
  ...(compared ? [SHOWN] : []),
  ...("area_disagreement" in scores ? [DISAGREEMENT] : []),
  { kind: "quality", label: compared ? "All likeness" : "Heat map", name: "Likeness to the reference" },
];
