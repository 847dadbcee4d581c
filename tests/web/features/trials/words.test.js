import assert from "node:assert/strict";
import { test } from "node:test";
import { formProblem, trialFacts } from "../../../../assets/ui/features/trials/words.js";

const form = { prompt: "A lighthouse {}", seed: "7", guidance: "4" };
const trial = {
  id: "t",
  version: "12345678",
  round: "r",
  round_name: "Round 2",
  prompt: "A lighthouse",
  negative: "",
  seed: "7",
  guidance: 4.5,
  recipe: { early: 1, late: 1, switch: 0, words: "" },
  trouble: "",
  candidate: null,
  step: null,
  former: false,
  judged: null,
};

test("only what can be generated is sent", () => {
  assert.equal(formProblem(form), "");
  assert.equal(formProblem({ ...form, guidance: "0" }), "");
  assert.equal(formProblem({ ...form, guidance: "3,5" }), "", "with a decimal comma");
  assert.equal(formProblem({ ...form, seed: "9223372036854775807" }), "");
  assert.match(formProblem({ ...form, prompt: " \n" }), /what the image should show/);
  for (const seed of ["", "-1", "1.5", "1e3", "9".repeat(19)])
    assert.match(formProblem({ ...form, seed }), /whole number/, seed);
  for (const guidance of ["", "-1", "31", "much"])
    assert.match(formProblem({ ...form, guidance }), /from 0 to 30/, guidance);
});

test("an image says what it was generated with, and its recipe where it is not as trained", () => {
  assert.equal(trialFacts(trial), "Round 2 · seed 7 · guidance 4.5");
  assert.match(
    trialFacts({ ...trial, recipe: { early: 0, late: 0, switch: 0, words: "without the LoRA" } }),
    /guidance 4.5 · without the LoRA$/,
  );
});
