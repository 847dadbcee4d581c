/** Explanations of a round's figures and suggestions, with the formulas. */
import { howComputed } from "../kit/how.js";

/** @type {[string, string, string][]} */
const UNDECIDED = [
  [
    "Like the reference:",
    "a picture of which one of two witnesses says so. The prompts: it is at least as similar to the " +
      "reference’s prompt as to its own, by the cosine of CLIP features. The pictures: areas of the " +
      "reference are found in it again, apart from what the style shares; its score is 0.5 or more. " +
      "A picture of one flat colour does not count. What you mark with L counts instead.",
    "p = pictures like the reference / all pictures of the test prompt",
  ],
  [
    "Undecided:",
    "the entropy of that share, in percent of its largest value. 100 % is an even mix; 0 % is all or none.",
    "H = −p ln p − (1 − p) ln (1 − p), shown as H / ln 2",
  ],
];

/** How suggestions are chosen. */
export const howSuggested = () =>
  howComputed([
    ...UNDECIDED,
    [
      "Suggested:",
      "the most undecided test prompts; among equals, those whose pictures are the closer calls. " +
        "Of each, the picture that is most similar to its own prompt and not like the reference. " +
        "A test prompt without such a picture gets no suggestion.",
    ],
  ]);

/** How accepted pictures are weighted. */
export const howWeighed = () =>
  howComputed([
    ...UNDECIDED,
    [
      "Weight of an accepted picture:",
      "the setting λ (Weight of accepted pictures) times the mean of H over all test prompts. " +
        "A reference counts 1.",
      "w = λ · mean H",
    ],
  ]);
