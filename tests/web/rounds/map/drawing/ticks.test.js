/** The figures of the map's axes. */
import "../../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { placesOf } from "../../../../../assets/ui/rounds/map/drawing/plot.js";

test("a few round numbers stand at an axis, whatever its range", () => {
  assert.deepEqual(placesOf([0, 10]), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(
    placesOf([-0.23, 0.61]).map((value) => Number(value.toFixed(6))),
    [-0.2, 0, 0.2, 0.4, 0.6],
  );
  assert.deepEqual(
    placesOf([3, 3.4]).map((value) => value.toFixed(1)),
    ["3.0", "3.1", "3.2", "3.3", "3.4"],
  );
});
