/** The strengths above the columns of the grid, and the line above the pictures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gainedWords } from "../../../../assets/ui/rounds/grid/round_words.js";
import {
  columnStrengths,
  rungsOf,
  seriesLength,
  strength,
} from "../../../../assets/ui/rounds/grid/strengths.js";
import { candidate } from "../../samples.js";

const LEVELS = [1, 0.85, 0.7, 0.55, 0.4];
/** @param {number} mean */
const rung = (mean, sign = "") => ({ recipe: `LoRA strength ${mean}${sign}`, strength: mean, sign });
const RUNGS = LEVELS.map((mean) => rung(mean));
const row = (n = 10) => Array.from({ length: n }, (_, i) => candidate(RUNGS[i % 5]));
/** @param {(number | null)[]} values */
const some = (values) => values.map((value) => (value === null ? null : rung(value)));

test("a column has a strength where all of its images share it", () => {
  assert.deepEqual(columnStrengths([row(), row()], 10), [...RUNGS, ...RUNGS]);
  assert.deepEqual(columnStrengths([row(), row()], 5), RUNGS);
  assert.deepEqual(columnStrengths([row()], 8), [], "the second line begins elsewhere");
  assert.deepEqual(columnStrengths([row(), row().slice(1)], 10), [], "an image is filtered out");
  assert.deepEqual(columnStrengths([[candidate(rung(1)), candidate(rung(1))]], 2), []);
  const alike = [candidate(rung(0.7)), candidate(rung(0.7, "0.4, then 1"))];
  assert.deepEqual(columnStrengths([alike], 2), [rung(0.7), rung(0.7, "0.4, then 1")], "equal means are two");
  const open = row().map((one, i) => (i % 2 ? undefined : one));
  assert.deepEqual(
    columnStrengths([open, open.slice(0, 5)], 10),
    some([1, null, 0.7, null, 0.4, null, 0.85, null, 0.55]),
  );
  assert.deepEqual(
    columnStrengths([open, open.slice(0, 5)], 10, 10),
    [1, null, 0.7, null, 0.4, null, 0.85, null, 0.55, null].map((value, i) => rung(value ?? LEVELS[i % 5])),
    "a column without an image has the strength of its place in the series",
  );
  const own = candidate({ ...rung(0.3), own: true });
  assert.deepEqual(columnStrengths([row(), [...row(), own]], 10), [...RUNGS, ...RUNGS]);
});

test("the strengths begin again with other seeds", () => {
  assert.equal(seriesLength([...RUNGS, ...RUNGS]), 5);
  assert.equal(seriesLength(RUNGS), 5);
  assert.equal(seriesLength(some([1, 1, 0.4, 0.4])), 4);
  assert.equal(seriesLength(some([null, 0.85, null, 0.55, null, null, 0.85, null, 0.55, null])), 5);
});

test("down the ladder each schedule has a column, the strongest on average first", () => {
  const ladder = [rung(1), rung(0.85), rung(0.7, "0, then 1"), rung(0.7), rung(0.4)];
  const drawn = [ladder[3], ladder[2], ladder[0], ladder[3]].map((each) => candidate(each));
  assert.deepEqual(rungsOf(drawn, ladder, []), [ladder[0], ladder[2], ladder[3]], "only what was generated");
  assert.deepEqual(rungsOf(drawn, ladder, [6, 0]), ladder.slice(0, 4), "or comes next, over and over");
  const former = candidate(rung(0.77));
  assert.deepEqual(rungsOf([...drawn, former], ladder, [])[1], rung(0.77), "of an earlier version's ladder");
  assert.deepEqual(rungsOf([candidate({ ...rung(0.3), own: true })], ladder, []), []);
});

test("a strength is written as in 0.4", () => {
  assert.deepEqual(LEVELS.map(strength), ["1", "0.85", "0.7", "0.55", "0.4"]);
});

test("the line says what the round gained in copies, and why it has fewer test prompts", () => {
  const now = { copies: 21, candidates: 140 };
  assert.equal(
    gainedWords({ copies: 116, candidates: 180 }, now, { pool: 14, all: 18 }),
    "Copies: 21 of 140 (last round 116 of 180). 4 prompts are done, 14 remain.",
  );
  assert.equal(gainedWords(null, now, { pool: 18, all: 18 }), "", "the filter counts them already");
  assert.equal(gainedWords(null, now, { pool: 17, all: 18 }), "1 prompt is done, 17 remain.");
  assert.equal(gainedWords(null, { copies: 0, candidates: 0 }, { pool: 18, all: 18 }), "");
});
