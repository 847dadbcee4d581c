/** Filters, selection and job state. */
/** @import { Group } from "../../../assets/ui/app/store.js" */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  busy,
  counts,
  drawing,
  passes,
  setFilter,
  setFocus,
  setSelection,
  state,
} from "../../../assets/ui/app/store.js";
import { candidate, job, score } from "../samples.js";

beforeEach(() => {
  state.candidates = new Map([
    ["a", candidate({ id: "a", copy: true })],
    ["b", candidate({ id: "b" })],
    ["c", candidate({ id: "c" })],
  ]);
  state.verdicts = new Map([
    ["a", "rejected"],
    ["b", "accepted"],
  ]);
  state.suggested = new Map([["c", score({ suggested: "c" })]]);
  state.focus = null;
  setSelection([]);
  setFilter("all");
});

const shown = () => [...state.candidates.keys()].filter(passes);

/** @type {[filter: Group, ids: string[]][]} */
const LET_THROUGH = [
  ["all", ["a", "b", "c"]],
  ["accepted", ["b"]],
  ["copies", ["a"]],
  ["suggested", ["c"]],
  ["selection", []],
];
for (const [filter, ids] of LET_THROUGH) {
  test(`the filter ${filter} matches its images, and its count is correct`, () => {
    setFilter(filter);
    assert.deepEqual(shown(), ids);
    assert.equal(counts()[filter], ids.length);
  });
}

test("a lasso filters by the selection, Shift click does not, and an empty one resets the filter", () => {
  setSelection(["a"]);
  assert.equal(state.filter, "all");
  setSelection(["a", "c"], { filter: true });
  assert.deepEqual(shown(), ["a", "c"]);
  setSelection([]);
  assert.equal(state.filter, "all");
});

test("only known candidates can have the focus", () => {
  setFocus("b");
  setFocus("gone");
  assert.equal(state.focus, "b");
});

test("`generating` is true only while images of the current round are generated", () => {
  state.roundId = "r";
  state.job = job({ kind: "generate", round_id: "r", state: "running" });
  assert.deepEqual([busy(), drawing()], [true, true]);
  state.job = job({ kind: "generate", round_id: "other", state: "queued" });
  assert.deepEqual([busy(), drawing()], [true, false]);
  state.job = job({ kind: "generate", round_id: "r", state: "paused" });
  assert.deepEqual([busy(), drawing()], [false, false]);
});
