/** The strengths above the columns of the grid, and the line above the pictures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gainedWords } from "../../../../assets/ui/rounds/grid/round_words.js";
import { columnStrengths, seriesLength, strength } from "../../../../assets/ui/rounds/grid/strengths.js";
import { candidate } from "../../samples.js";

const LEVELS = [1, 0.85, 0.7, 0.55, 0.4];
const row = (n = 10) => Array.from({ length: n }, (_, i) => candidate({ strength: LEVELS[i % 5] }));

test("a column has a strength where all of its pictures share it", () => {
  assert.deepEqual(columnStrengths([row(), row()], 10), [...LEVELS, ...LEVELS]);
  assert.deepEqual(columnStrengths([row(), row()], 5), LEVELS);
  assert.deepEqual(columnStrengths([row()], 8), [], "the second line begins elsewhere");
  assert.deepEqual(columnStrengths([row(), row().slice(1)], 10), [], "a picture is filtered out");
  assert.deepEqual(columnStrengths([[candidate({ strength: 1 }), candidate({ strength: 1 })]], 2), []);
  const open = row().map((one, i) => (i % 2 ? undefined : one));
  assert.deepEqual(columnStrengths([open, open.slice(0, 5)], 10), [
    1,
    null,
    0.7,
    null,
    0.4,
    null,
    0.85,
    null,
    0.55,
  ]);
  assert.deepEqual(
    columnStrengths([open, open.slice(0, 5)], 10, 10),
    [1, null, 0.7, null, 0.4, null, 0.85, null, 0.55, null].map((value, i) => value ?? LEVELS[i % 5]),
    "a column without a picture has the strength of its place in the series",
  );
  const own = candidate({ strength: 0.3, own: true });
  assert.deepEqual(columnStrengths([row(), [...row(), own]], 10), [...LEVELS, ...LEVELS]);
});

test("the strengths begin again with other seeds", () => {
  assert.equal(seriesLength([...LEVELS, ...LEVELS]), 5);
  assert.equal(seriesLength(LEVELS), 5);
  assert.equal(seriesLength([1, 1, 0.4, 0.4]), 4);
  assert.equal(seriesLength([null, 0.85, null, 0.55, null, null, 0.85, null, 0.55, null]), 5);
});

test("a strength is written as in × .4", () => {
  assert.deepEqual(LEVELS.map(strength), ["× 1", "× .85", "× .7", "× .55", "× .4"]);
});

test("the line says what the round gained in copies, and why it has fewer test prompts", () => {
  const now = { copies: 21, candidates: 140 };
  assert.equal(
    gainedWords({ copies: 116, candidates: 180 }, now, { pool: 14, all: 18 }),
    "Copies: 116 of 180 before, 21 of 140 now. 14 of 18 test prompts: 4 have an accepted picture.",
  );
  assert.equal(gainedWords(null, now, { pool: 18, all: 18 }), "", "the filter counts them already");
  assert.equal(
    gainedWords(null, now, { pool: 17, all: 18 }),
    "17 of 18 test prompts: 1 has an accepted picture.",
  );
  assert.equal(gainedWords(null, { copies: 0, candidates: 0 }, { pool: 18, all: 18 }), "");
});
