/** Order and navigation of the grid. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  below,
  between,
  columnsFor,
  inOrder,
  nextOf,
  sideBySide,
} from "../../../../assets/ui/rounds/grid/order.js";

test("groups are sorted by rank, unranked ones last in pool order", () => {
  /** @type {Record<string, number>} */
  const ranks = { c: 1, a: 2 };
  assert.deepEqual(
    inOrder(["d", "a", "b", "c"], ["a", "b", "c", "d"], (id) => ranks[id]),
    ["c", "a", "b", "d"],
  );
  assert.deepEqual(
    inOrder(["d", "a", "gone"], ["a", "d"], () => null),
    ["a", "d", "gone"],
  );
});

test("down and up keep the column, across groups and short rows", () => {
  const groups = [
    ["1", "2", "3", "4", "5"],
    ["6", "7"],
  ]; // rows of three
  assert.equal(below(groups, "2", 1, 3), "5");
  assert.equal(below(groups, "3", 1, 3), "7", "the next group's row is shorter");
  assert.equal(below(groups, "7", -1, 3), "5");
  assert.equal(below(groups, "6", -1, 3), "4");
  assert.equal(below(groups, "1", -1, 3), "1");
  assert.equal(below(groups, "7", 1, 3), "7");
});

test("where a place is open, down and up take the nearest image of the row", () => {
  const groups = [
    ["1", null, "3"],
    [null, null, null],
    [null, "4", null],
  ]; // one row each
  assert.equal(below(groups, "1", 1, 3), "4", "a row without images is passed over");
  assert.equal(below(groups, "4", -1, 3), "1");
  const two = [["1", "2", "3", null, null, "4"]]; // two rows of three
  assert.equal(below(two, "1", 1, 3), "4");
});

test("as many columns as fit, from 3 to 12, and at most the number of images", () => {
  assert.equal(columnsFor(660, 10), 10);
  assert.equal(columnsFor(660, 8), 8);
  assert.equal(columnsFor(530, 10), 10, "a little smaller, and in one row");
  assert.equal(columnsFor(420, 10), 5, "5 and 5, not 6 and 4");
  assert.equal(columnsFor(366, 7), 4, "a phone's are not smaller");
  assert.equal(columnsFor(100, 10), 3);
  assert.equal(columnsFor(5000, 40), 12);
});

test("a longer row goes on below, and leaves no room beside the others", () => {
  assert.equal(sideBySide([4, 4, 4, 4, 8]), 4);
  assert.equal(sideBySide([5, 5, 5, 5, 7, 7, 7, 7, 7]), 7, "many rows are long");
  assert.equal(sideBySide([4, 5, 6, 8, 8]), 8, "as much room beside as below: in one row");
  assert.equal(sideBySide([6, 6, 6, 6, 8, 8]), 6, "as much room in either: larger images");
  assert.equal(sideBySide([6]), 6);
  assert.equal(sideBySide([]), 0);
});

test("hidden images are passed over, and a hidden one has neighbours", () => {
  const order = ["a", "b", "c", "d", "e"];
  const shown = new Set(["a", "e"]);
  assert.deepEqual([nextOf(order, "c", 1, shown), nextOf(order, "c", -1, shown)], ["e", "a"]);
  assert.deepEqual([nextOf(order, "e", 1, shown), nextOf(order, "a", -1, shown)], [null, null]);
  assert.equal(nextOf(order, "elsewhere", 1, shown), null);
});

test("a range runs both ways, over rows, and from a picture that is filtered out it is one", () => {
  const shown = ["a", "b", "c", "d"];
  assert.deepEqual(between(shown, "b", "d"), ["b", "c", "d"]);
  assert.deepEqual(between(shown, "d", "b"), ["b", "c", "d"]);
  assert.deepEqual(between(shown, "c", "c"), ["c"]);
  assert.deepEqual(between(shown, "hidden", "c"), ["c"]);
});
