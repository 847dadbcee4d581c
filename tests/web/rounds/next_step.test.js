/** What the studio says of the buttons of a round. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { closed, followed, nextStep } from "../../../assets/ui/rounds/next_step.js";
import { actions, chip, round } from "../samples.js";

test("a button is closed, and one is next, as the studio says", () => {
  assert.equal(closed("generate"), "Open a project first");
  state.round = round();
  state.parts = { actions: actions({ next: "run", closed: { fine_tune: "It is trained already." } }) };
  assert.deepEqual([nextStep(), closed("fine_tune"), closed("run")], ["run", "It is trained already.", null]);
});

test("the next round was followed once something was done in it", () => {
  state.parts = { actions: actions({ goes_to: { next_round: "next" } }) };
  state.rounds = [chip(), chip({ id: "next", empty: true })];
  assert.equal(followed(), null);
  state.rounds = [chip(), chip({ id: "next" })];
  assert.equal(followed()?.id, "next");
});
