/** Why a round's images may not look like the references. */
import "../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../assets/ui/app/store.js";
import { doubtOf } from "../../../assets/ui/results/doubt.js";
import { chip, measures } from "../samples.js";

test("what was measured is said before what a person answered, and of that round alone", () => {
  const rounds = [chip({ id: "r", doubt: "You rejected most." }), chip({ id: "s" })];
  Object.assign(state, { measures: null, rounds });
  assert.deepEqual(["r", "s", undefined].map(doubtOf), ["You rejected most.", "", ""]);
  /** @type {import("payloads").Caution} */
  const lost = { round: "r", kind: "lost", sentence: "Round 1 has not learned it.", plain: "" };
  state.measures = measures({ warnings: [{ ...lost, kind: "overfit", sentence: "It copies." }, lost] });
  assert.deepEqual(["r", "s"].map(doubtOf), ["Round 1 has not learned it.", ""]);
});

test("of the best round by figures the doubt says what those count; a choice by eye stands", () => {
  const doubt = "Your style is weaker than in earlier rounds.";
  Object.assign(state, {
    measures: measures({ best: "r" }),
    rounds: [chip({ id: "r", doubt }), chip({ id: "s" })],
  });
  assert.deepEqual(["r", "s"].map(doubtOf), [`Best by prompt match and copies alone. ${doubt}`, ""]);
  state.measures = measures({ best: "r", by_eye: true });
  assert.equal(doubtOf("r"), doubt);
});
