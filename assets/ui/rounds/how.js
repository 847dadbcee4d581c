/** Explanations of a round's figures and suggestions, with the formulas. */
import { howComputed } from "../kit/how.js";

/** @type {[string, string, string][]} */
const UNCERTAIN = [
  [
    "Copy:",
    "an image whose copy risk is 50% or more. The risk combines two checks: is the image nearer to the " +
      "reference’s prompt than to its own, and are areas of the reference found in it? L corrects it.",
    "p = mean copy risk of the prompt’s images; your mark makes it 1 or 0",
  ],
  [
    "Uncertainty:",
    "highest when half of a prompt’s images are copies, zero when all or none are.",
    "H = −p ln p − (1 − p) ln (1 − p), shown as H / ln 2",
  ],
];

/** How suggestions are chosen. */
export const howSuggested = () =>
  howComputed([
    ...UNCERTAIN,
    [
      "Suggested:",
      "the most uncertain test prompts. Of each, the best image that is not a copy, matches its prompt and " +
        "resembles the reference enough.",
      "u = (1 − copy risk) · prompt match · style or object match",
    ],
  ]);

/** How accepted images are weighted. */
export const howWeighed = () =>
  howComputed([
    ...UNCERTAIN,
    [
      "Weight of an accepted image:",
      "the setting Weight multiplier (λ) times the mean of H over all test prompts. A reference counts 1.",
      "w = λ · mean H",
    ],
  ]);
