/** Points and lines of the chart of rounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { armsOf, scale } from "../../../assets/ui/measures/arms.js";
import { change, measuredRound } from "../samples.js";

const base = measuredRound({ id: null, name: "Base model", plain: false });
const first = measuredRound({ id: "a" });
const second = measuredRound({ id: "b", name: "Round 2", parent_id: "a", plain: false });
const branch = measuredRound({ id: "c", name: "Round 2 (2)", parent_id: "a", plain: false });
const third = measuredRound({ id: "d", name: "Round 3", parent_id: "c", plain: false });

test("a branch is an arm of its own, and the base model and plain fine-tuning are points", () => {
  const { points, lines } = armsOf([base, first, second, branch, third]);
  assert.deepEqual(
    points.map(({ id, kind, arm }) => [id, kind, arm]),
    [
      [null, "base", 0],
      ["a", "plain", 1],
      ["b", "round", 1],
      ["c", "round", 2],
      ["d", "round", 2],
    ],
  );
  assert.deepEqual(
    lines.map(({ from, to }) => [from.id, to.id]),
    [
      [null, "a"],
      ["a", "b"],
      ["a", "c"],
      ["c", "d"],
    ],
  );
});

test("two first rounds are two arms", () => {
  const { points } = armsOf([base, first, measuredRound({ id: "x" })]);
  assert.deepEqual(
    points.map(({ arm }) => arm),
    [0, 1, 2],
  );
});

test("a round that is not measured is left out, and its arm goes on", () => {
  const { points, lines } = armsOf([base, first, { ...branch, report: null }, third]);
  assert.deepEqual(
    points.map(({ id }) => id),
    [null, "a", "d"],
  );
  assert.deepEqual(
    lines.map(({ from, to }) => [from.id, to.id]),
    [
      [null, "a"],
      ["a", "d"],
    ],
  );
});

test("the scale leaves room around the intervals, and one point alone has a place", () => {
  const axis = scale([change({ value: 0.5, low: 0.4, high: 0.6 })], 0, 100);
  assert.ok(axis.at(0.4) > 0 && axis.at(0.6) < 100);
  assert.equal(Math.round(axis.at(0.5)), 50);
  const flat = scale([change({ value: 0.5, low: 0.5, high: 0.5 })], 0, 100);
  assert.equal(Math.round(flat.at(0.5)), 50);
});
