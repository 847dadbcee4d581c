/** The rows of the grid. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rangesOf, rowsOf, sliceOf } from "../../../../assets/ui/rounds/grid/rows.js";

const measure = { columns: 3, cell: 50, gap: 8, below: 5 };
const cells = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => i);
const parts = [
  { cells: cells(7), head: 28 },
  { cells: cells(0), head: 28 },
  { cells: cells(3), head: 0 },
];

test("each part has its head and as many rows as its cells need", () => {
  const rows = rowsOf(parts, measure);
  assert.deepEqual(
    rows.map(({ part, row, height }) => [part, row, height]),
    [
      [0, -1, 28],
      [0, 0, 58],
      [0, 1, 58],
      [0, 2, 55],
      [1, -1, 28],
      [2, -1, 0],
      [2, 0, 55],
    ],
  );
});

test("what is generated of a part and the room of the rest are together its height", () => {
  for (let first = 0; first <= 3; first += 1) {
    for (let end = first + 1; end <= 3; end += 1) {
      const { shown, before, after } = sliceOf(cells(7), [first, end], measure);
      assert.deepEqual(shown, cells(7).slice(3 * first, 3 * end));
      const rows = end - first;
      assert.equal(before + rows * 50 + (rows - 1) * 8 + after, 3 * 50 + 2 * 8);
    }
  }
  assert.deepEqual(sliceOf(cells(7), [Infinity, 0], measure), { shown: [], before: 0, after: 166 });
  assert.deepEqual(sliceOf(cells(0), [Infinity, 0], measure), { shown: [], before: 0, after: 0 });
});

test("the generated rows are a range of each part", () => {
  const rows = rowsOf(parts, measure);
  assert.deepEqual(rangesOf(rows, [2, 3, 4, 5, 6], 3), [
    [1, 3],
    [Infinity, 0],
    [0, 1],
  ]);
});
