/** The steps of a repair, and why one cannot be pressed. */
import "../../browser.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { state } from "../../../../assets/ui/app/store.js";
import { guide, isThere } from "../../../../assets/ui/features/refine/guide.js";
import { addGuide, closed, nextStep } from "../../../../assets/ui/rounds/next_step.js";
import { candidate, chip, project, REFINED, round, score } from "../../samples.js";
import { pair, refinement } from "./samples.js";

addGuide(guide);
/** @param {Parameters<typeof refinement>[0]} more */
const show = (more) => {
  state.parts = { refinement: refinement(more) };
};

beforeEach(() => {
  Object.assign(state, {
    roundId: "r",
    project: project({ kind: "style" }),
    rounds: [chip({ id: "r" })],
    round: round({ id: "r" }),
    job: null,
    parts: {},
    candidates: new Map(["a", "b"].map((id) => [id, candidate({ id })])),
    suggested: new Map([["a", score({ suggested: "a" })]]),
    verdicts: new Map(),
  });
});

test("a refinement is trained once every pair has maps, and again after painting", () => {
  state.round = round({ ...REFINED, complete: false, trained: false });
  show({ step: "review", pairs: [pair({ maps_version: null })] });
  assert.deepEqual([nextStep(), closed("train")], ["train", "Make the comparison pairs first"]);
  assert.match(guide.hint("generate") ?? "", /^Generates the same prompts and seeds again/);
  show({ step: "review", pairs: [pair()] });
  assert.deepEqual([closed("train"), isThere.pairs(), isThere.again()], [null, false, false]);
  state.round = round({ ...REFINED, complete: true });
  assert.deepEqual([isThere.train(), isThere.again()], [false, true]);
  show({ pairs: [pair({ painted: "12" })] });
  assert.equal(isThere.train(), true);
});
