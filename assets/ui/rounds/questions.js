/** What is asked before an action starts: what it will do, and about how long that takes. */
/** @import { Round } from "payloads" */
import { about, count, inSentence } from "../kit/format.js";
import { html } from "../kit/html.js";
import { RepairPicture } from "../refine/picture.js";

/** What a refinement is called. */
export const REPAIR = "Repair what comes out wrong";

/**
 * The question before an action; null if it starts at once. Each answer is named by the change that it sends.
 * @param {string} name
 * @param {Round | null} round
 * @param {boolean} accepted is any picture of the round accepted?
 * @returns {import("../kit/ask.js").Asked | null}
 */
export function questionBefore(name, round, accepted) {
  if (!round) return null;
  if (["refine", "again"].includes(name)) return beforeRefinement(round);
  if (round.repeats && ["run", "fine_tune", "next_round"].includes(name)) return repeating(name, round);
  const nothingNew = name === "next_round" && !accepted && round.tunes;
  return nothingNew ? repeating(name, round) : null;
}

/** @param {Round} round */
const beforeRefinement = ({ estimates }) => ({
  title: REPAIR,
  words: [
    html`<${RepairPicture} />`,
    "For images that are wrong in some places: right areas are learned, wrong ones left out.",
    html`<ol>${stepsOfRefinement(estimates).map((step) => html`<li>${step}</li>`)}</ol>`,
    `${inAll(estimates.refinement_seconds)} This round stays as it is: the refinement is a round of its own.`,
    "Measured: in 16 styles, a little more style and fewer copies; on objects, no clear change.",
  ],
  answers: /** @type {[string, string][]} */ ([
    ["make_pairs", "Make the pairs, then let me look"],
    ["run_refinement", "Run all steps"],
  ]),
});

/** @param {Round["estimates"]} estimates */
export const stepsOfRefinement = ({ pairs, steps, pictures }) => [
  `Makes ${count(pairs, "comparison pair")}: each of your images beside one that the model generates now, ` +
    "judged area by area.",
  "Shows you the heat maps: you can correct them by painting, or skip this.",
  `Trains ${count(steps, "step")} on the pairs, and generates ${count(pictures, "image")} ` +
    "with the same prompts and seeds, to compare.",
];

/** @param {number | null} seconds */
const inAll = (seconds) => {
  if (!seconds) return "The time is known once a round has run on this computer.";
  const words = about(seconds);
  return `${words[0].toUpperCase()}${words.slice(1)} in all.`;
};

/**
 * What would start would train the same again.
 * @param {string} name
 * @param {Round} round
 */
const repeating = (name, { repeats, estimates }) => {
  const takes = estimates.next_seconds ? `, ${about(estimates.next_seconds)}` : "";
  const words = repeats
    ? `It would repeat ${inSentence(repeats)}${takes}: accept other images, or change a setting.`
    : `Nothing accepted: the next round would train on the same images${takes}.`;
  /** @type {[string, string][]} */
  const answers = [[name === "run" ? "run_round" : name, "Start it anyway"]];
  return { title: "The same again?", words: [words], answers };
};
