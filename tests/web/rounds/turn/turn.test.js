/** The curve of the chance of a copy along the strength of the LoRA. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../browser.js";
import { turnsWords, turnWords } from "../../../../assets/ui/rounds/turn/turn.js";

const turn = { strengths: [1, 0.7, 0.4], mean: [0.9, 0.5, 0.02] };

test("the curve is said in words", () => {
  assert.equal(turnWords(turn), "Copy risk by LoRA strength: 90% at 1, 50% at 0.7, 2% at 0.4");
});

test("what is said of a prompt is what its images are", () => {
  const image = (/** @type {number} */ at, /** @type {boolean} */ copy) => ({ strength: at, copy });
  assert.equal(
    turnsWords([image(1, true), image(0.88, true), image(0.7, false), image(0.4, false)]),
    "2 of 4 are copies, at strength 0.88 and above.",
  );
  assert.equal(turnsWords([image(1, false), image(0.4, true)]), "1 of 2 is a copy, at any strength.");
  assert.equal(turnsWords([image(1, false)]), "None of 1 image is a copy.");
  assert.equal(turnsWords([image(1, true), image(0.4, true)]), "All 2 are copies.");
  assert.equal(turnsWords([]), "");
});
