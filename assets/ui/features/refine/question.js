/** What is asked before a repair: what it will do, and about how long that takes. */
/** @import { Answers } from "payloads" */
import { about, count } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { RepairPicture } from "./picture.js";

export const REPAIR = "Repair what comes out wrong";

/** @param {Answers["before_refinement"]} ahead */
export const beforeRefinement = (ahead) => ({
  title: REPAIR,
  words: [
    html`<${RepairPicture} />`,
    "For images that are wrong in some places: right areas are learned, wrong ones left out.",
    html`<ol>${stepsOfRefinement(ahead).map((step) => html`<li>${step}</li>`)}</ol>`,
    `${inAll(ahead.seconds)} This round stays as it is: the refinement is a separate round.`,
    "Measured: in 16 styles, a little more style and fewer copies; on objects, no clear change.",
  ],
  answers: /** @type {[string, string][]} */ ([
    ["make_pairs", "Make the pairs, then let me look"],
    ["run_refinement", "Run all steps"],
  ]),
});

/** @param {Answers["before_refinement"]} ahead */
export const stepsOfRefinement = ({ pairs, steps, images }) => [
  `Makes ${count(pairs, "comparison pair")}: each of your images beside one that the model generates now, ` +
    "judged area by area.",
  "Shows you the heat maps: you can correct them by painting, or skip this.",
  `Trains ${count(steps, "step")} on the pairs, and generates ${count(images, "image")} ` +
    "with the same prompts and seeds, to compare.",
];

/** @param {number | null} seconds */
const inAll = (seconds) => {
  if (!seconds) return "The time is known once a round has run on this computer.";
  const words = about(seconds);
  return `${words[0].toUpperCase()}${words.slice(1)} in all.`;
};
