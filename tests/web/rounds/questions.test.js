/** What is asked before an action starts. */
import "../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { REFINED, round } from "../samples.js";
import { about } from "../../../assets/ui/kit/format.js";
import { questionBefore } from "../../../assets/ui/rounds/questions.js";

test("a next round is asked about only where it would train on the same images, with the time", () => {
  assert.equal(questionBefore("next_round", round(), true), null);
  assert.equal(questionBefore("next_round", round(REFINED), false), null);
  assert.equal(questionBefore("run", round(), false), null);
  const question = questionBefore("next_round", round({ next_seconds: 200 }), false);
  assert.match(String(question?.words[0]), /train on the same images, about 3 minutes\.$/);
});

test("an estimate is told in fitting units", () => {
  assert.deepEqual([20, 600, 7200, 536_400].map(about), [
    "about 1 minute",
    "about 10 minutes",
    "about 2 hours",
    "about 6 days",
  ]);
});
