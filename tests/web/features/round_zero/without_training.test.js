/** When Round 0 is offered. */
import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../../assets/ui/app/store.js";
import { drawsWithoutTraining } from "../../../../assets/ui/features/round_zero/without_training.js";
import { chip, project, round } from "../../samples.js";

test("a first round can be generated without training where the model can be given references", () => {
  Object.assign(state, {
    roundId: "r",
    project: project({ kind: "style" }),
    rounds: [chip({ id: "r" })],
    round: round({ id: "r", step: "fine_tune", trained: false }),
    candidates: new Map(),
  });
  assert.equal(drawsWithoutTraining(), false, "there is no image adapter");
  state.project = project({ draws_without_training: true });
  assert.equal(drawsWithoutTraining(), true);
  state.rounds = [chip({ id: "zero", made_by: null }), chip({ id: "r", parent_id: "zero" })];
  assert.equal(drawsWithoutTraining(), false, "it comes after Round 0 already");
});
