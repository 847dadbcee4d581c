/** The agreement of a round in words. */
/** @import { Choice } from "payloads" */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agreementWords, learningWords } from "../../../../assets/ui/rounds/choices/words.js";

/** @param {{ choices: number, agreed: number, kappa: number | null }} agreement */
const words = (agreement) => agreementWords({ round: "r", name: "Round 1", choices: [], agreement });

test("agreement says how many, the share and kappa", () => {
  assert.equal(words({ choices: 3, agreed: 2, kappa: 0.654 }), "you agreed in 2 of 3 (67%), kappa 0.65");
  assert.equal(words({ choices: 2, agreed: 0, kappa: -0.1 }), "you agreed in 0 of 2 (0%), kappa −0.10");
  assert.equal(words({ choices: 1, agreed: 1, kappa: null }), "you agreed in 1 of 1 (100%)");
  assert.equal(words({ choices: 0, agreed: 0, kappa: null }), "all of your decisions were undone");
});

test("an image beside an accepted one is no agreement, but it stands", () => {
  const added = /** @type {Choice} */ ({ kind: "added", stands: true });
  const figures = { round: "r", name: "Round 1", agreement: { choices: 0, agreed: 0, kappa: null } };
  assert.equal(agreementWords({ ...figures, choices: [added] }), "you added an image to accepted ones");
  assert.equal(
    agreementWords({ ...figures, choices: [added, added] }),
    "you added 2 images to accepted ones",
  );
  assert.equal(
    agreementWords({ ...figures, choices: [{ ...added, stands: false }] }),
    "all of your decisions were undone",
  );
});

test("the offer to learn counts the overrides, then compares both samplers", () => {
  const offer = { overrides: 3, needed: 10, on: false, agreement: null };
  assert.match(learningWords(offer), /After 10 overrides, .* \(3 so far\)\./);
  assert.match(learningWords({ ...offer, overrides: 10 }), /in two rounds/);
  assert.match(
    learningWords({ ...offer, overrides: 12, agreement: { choices: 10, learned: 6, plain: 4 } }),
    /it would have suggested 6 of the 10 images that you accepted, without learning 4\.$/,
  );
});
