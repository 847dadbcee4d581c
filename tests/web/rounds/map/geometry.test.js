/** Geometry of the map. */
/** @import { Pixel } from "../../../../assets/ui/rounds/map/geometry.js" */
import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, lassoed, nearest, rangeOf, within } from "../../../../assets/ui/rounds/map/geometry.js";

test("a point is inside a closed path by the even-odd rule", () => {
  /** @type {Pixel[]} */
  const square = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ];
  assert.equal(within(square, 5, 5), true);
  assert.equal(within(square, 11, 5), false);
  assert.equal(within(square, 5, -1), false);
  /** @type {Pixel[]} */
  const hook = [
    [0, 0],
    [10, 0],
    [10, 10],
    [6, 10],
    [6, 4],
    [4, 4],
    [4, 10],
    [0, 10],
  ];
  assert.equal(within(hook, 5, 8), false, "between the arms");
  assert.equal(within(hook, 2, 8), true);
  assert.equal(within([...square, ...square], 5, 5), false, "twice around");
});

test("the nearest point must be within reach", () => {
  const points = [
    { id: "a", x: 0, y: 0 },
    { id: "b", x: 5, y: 0 },
  ];
  assert.equal(nearest(points, 3, 0, 12)?.id, "b");
  assert.equal(nearest(points, 30, 0, 12), null);
  assert.equal(nearest([], 0, 0, 12), null);
});

test("an axis range has a margin, also for one value or none", () => {
  /**
   * @param {number[]} values
   * @param {Pixel} limits
   */
  const near = (values, [low, high]) => {
    const range = rangeOf(values);
    assert.ok(Math.abs(range[0] - low) < 1e-9 && Math.abs(range[1] - high) < 1e-9, String(range));
  };
  near([0, 100], [-7, 107]);
  near([3], [2.93, 3.07]);
  near([], [-1.14, 1.14]);
});

test("a lasso replaces the selection, Shift adds, Ctrl or Cmd removes", () => {
  assert.deepEqual(lassoed(["a", "b"], ["b", "c"], {}), ["b", "c"]);
  assert.deepEqual(new Set(lassoed(["a", "b"], ["b", "c"], { shiftKey: true })), new Set(["a", "b", "c"]));
  assert.deepEqual(lassoed(["a", "b"], ["b", "c"], { ctrlKey: true }), ["a"]);
  assert.deepEqual(lassoed(["a", "b"], ["b", "c"], { metaKey: true }), ["a"]);
});

test("images of one place are spread around it, others stay", () => {
  const spread = apart([...Array.from({ length: 40 }, () => /** @type {Pixel} */ ([1, 2])), [7, 7]], 0.1);
  assert.deepEqual(spread[0], [1, 2]);
  assert.deepEqual(spread[40], [7, 7]);
  for (const [i, a] of spread.entries())
    for (const b of spread.slice(i + 1)) assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) > 0.09);
});
