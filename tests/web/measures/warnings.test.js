/** Warnings about earlier rounds are folded away. */
/** @import { Caution } from "payloads" */
import assert from "node:assert/strict";
import { test } from "node:test";
import { byAge } from "../../../assets/ui/measures/words.js";
import { measuredRound, measures } from "../samples.js";

/** @type {(round: string) => Caution} */
const lost = (round) => ({ round, kind: "lost", sentence: `${round} lost it` });
const rounds = [
  measuredRound({ id: null }),
  measuredRound({ id: "a" }),
  measuredRound({ id: "b", parent_id: "a" }),
  measuredRound({ id: "c", parent_id: "b", report: null }),
];

test("the last measured round of each line is of now, and the ones before it are history", () => {
  const { now, earlier } = byAge(measures({ rounds, warnings: [lost("a"), lost("b")] }));
  assert.deepEqual([now, earlier], [[lost("b")], [lost("a")]]);
});

test("the best round is of now wherever it is", () => {
  const { earlier } = byAge(measures({ rounds, best: "a", warnings: [lost("a"), lost("b")] }));
  assert.deepEqual(earlier, []);
});
