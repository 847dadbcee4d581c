/** LoRA strengths in words, and the line above the pictures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gainedWords } from "../../../../assets/ui/rounds/grid/round_words.js";
import { strength, strengthOf } from "../../../../assets/ui/kit/format.js";

const LEVELS = [1, 0.85, 0.7, 0.55, 0.4];

test("a LoRA as trained has a strength, too", () => {
  assert.equal(strengthOf({ recipe: "" }), "LoRA strength 1");
  assert.equal(strengthOf({ recipe: "LoRA strength 0.85" }), "LoRA strength 0.85");
});

test("a strength is written as in 0.4", () => {
  assert.deepEqual(LEVELS.map(strength), ["1", "0.85", "0.7", "0.55", "0.4"]);
});

test("the line says what the round gained in copies, and why it has fewer test prompts", () => {
  const now = { copies: 21, candidates: 140 };
  assert.equal(
    gainedWords({ copies: 116, candidates: 180 }, now, { pool: 14, all: 18 }),
    "Copies: 21 of 140 (previous round 116 of 180). 4 of 18 prompts were done before this round.",
  );
  assert.equal(gainedWords(null, now, { pool: 18, all: 18 }), "", "the filter counts them already");
  assert.equal(gainedWords(null, now, { pool: 17, all: 18 }), "1 of 18 prompts was done before this round.");
  assert.equal(gainedWords(null, { copies: 0, candidates: 0 }, { pool: 18, all: 18 }), "");
});
