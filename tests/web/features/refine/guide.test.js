/** What each step of a repair does, and which buttons it has. */
import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../../assets/ui/app/store.js";
import { hint, isThere } from "../../../../assets/ui/features/refine/guide.js";
import { REFINED, round } from "../../samples.js";
import { pair, refinement } from "./samples.js";

/** @param {Parameters<typeof refinement>[0]} more */
const show = (more) => {
  state.parts = { refinement: refinement(more) };
};

test("a refinement is trained once its pairs are made, and again after painting", () => {
  state.round = round({ ...REFINED, complete: false, trained: false });
  show({ step: "pairs" });
  assert.deepEqual([isThere.pairs(), isThere.again()], [true, false]);
  assert.match(hint("generate") ?? "", /^Generates the same prompts and seeds again/);
  show({ step: "review", pairs: [pair()] });
  assert.equal(isThere.pairs(), false);
  state.round = round({ ...REFINED, complete: true });
  assert.deepEqual([isThere.train(), isThere.again()], [false, true]);
  show({ pairs: [pair({ painted: "12" })] });
  assert.equal(isThere.train(), true);
});
