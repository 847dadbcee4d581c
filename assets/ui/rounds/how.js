/** Explanations of a round's figures and suggestions, with the formulas. */
import { howComputed } from "../kit/how.js";

/** @type {[string, string, string][]} */
const UNDECIDED = [
  [
    "Copy:",
    "a picture is a copy if either check says so. By prompt: it is at least as near to the reference’s " +
      "prompt as to its own (cosine of CLIP features). By picture: areas of the reference are found in it, " +
      "apart from what the style shares, with a score of 0.5 or more. Of an object, these are areas around " +
      "it: the same place. Pictures of one flat colour do not count. What you mark with L overrides both.",
    "p = mean chance of a copy over the pictures of the test prompt; a mark of yours makes it 1 or 0",
  ],
  [
    "Undecided:",
    "a test prompt of which some pictures are copies and some are not. In figures, the entropy of p, in " +
      "percent of its largest value: 100 % is an even mix, 0 % is all or none.",
    "H = −p ln p − (1 − p) ln (1 − p), shown as H / ln 2",
  ],
];

/** How suggestions are chosen. */
export const howSuggested = () =>
  howComputed([
    ...UNDECIDED,
    [
      "Suggested:",
      "the most undecided test prompts; among equals, those whose pictures are harder to tell from copies " +
        "(a smaller mean difference of the two likenesses). Of each, the picture that is nearest to its " +
        "prompt, is no copy, contains the object if one is learned, and is not among the quarter that is " +
        "least like the reference.",
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
