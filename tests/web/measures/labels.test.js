/** Names in the chart of rounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { placeLabels } from "../../../assets/ui/measures/labels.js";

const FRAME = { left: 0, right: 520, top: 0, bottom: 256 };

/**
 * The rectangle that a name covers.
 * @param {import("../../../assets/ui/measures/labels.js").Place} place
 * @param {string} words
 */
function covered({ x, y, anchor }, words) {
  const width = 6.6 * words.length;
  const left = anchor === "start" ? x : x - width;
  return { left, right: left + width, top: y - 11, bottom: y + 4 };
}

test("a name stands on the right above its point, and on the left at the edge", () => {
  assert.deepEqual(placeLabels([{ x: 100, y: 90, words: "Round 1" }], FRAME), [
    { x: 110, y: 81, anchor: "start" },
  ]);
  assert.equal(placeLabels([{ x: 500, y: 90, words: "Round 1" }], FRAME)[0].anchor, "end");
});

test("names of points that are close lie neither on each other nor on a point", () => {
  const points = ["Round 1 (plain)", "★ Round 2", "Round 3", "Random"].map((words, i) => ({
    x: 260 + 6 * i,
    y: 120 + 5 * (i % 2),
    words,
  }));
  const boxes = placeLabels(points, FRAME).map((place, i) => covered(place, points[i].words));
  const apart = (/** @type {typeof boxes[0]} */ a, /** @type {typeof boxes[0]} */ b) =>
    a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  for (const [i, box] of boxes.entries())
    for (const other of boxes.slice(i + 1))
      assert.ok(apart(box, other), `${points[i].words} lies on another`);
});
