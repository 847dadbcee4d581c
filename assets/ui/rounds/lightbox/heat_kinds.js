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

/**
 * The maps of a candidate: where it shows the reference, if it was compared, and how like it each area is.
 * @param {Candidate} candidate
 * @returns {Offer[]}
 */
export const heatKinds = ({ compared }) => [
  ...(compared ? [SHOWN] : []),
  { kind: "quality", label: compared ? "All likeness" : "Heat map", name: "Likeness to the reference" },
];
