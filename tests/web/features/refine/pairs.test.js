/** What is asked before a repair, and the images of its pairs. */
import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { pairPicture } from "../../../../assets/ui/features/refine/pair_view.js";
import { stepsOfRefinement } from "../../../../assets/ui/features/refine/question.js";

test("a refinement says how much it has to do", () => {
  const steps = stepsOfRefinement({ pairs: 1, steps: 20, images: 6, seconds: null });
  assert.match(steps[0], /^Makes 1 comparison pair:/);
  assert.match(steps[2], /^Trains 20 steps on the pairs, and generates 6 images/);
});

test("images and thumbnails of a pair, also before the image is generated", () => {
  const pair = { id: "p", reference_image: "aa", generated_image: null };
  assert.equal(pairPicture(pair, "reference"), "/pair/p/reference?v=aa");
  assert.equal(pairPicture(pair, "generated", true), "/pair-thumb/p/generated?v=");
});
