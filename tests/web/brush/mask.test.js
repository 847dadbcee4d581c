/** Masks: strokes, runs, shares. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Mask } from "../../../assets/ui/brush/mask.js";

/** @param {Mask} mask */
const painted = (mask) => [...mask.labels].map((label, i) => (label === 255 ? i : -1)).filter((i) => i >= 0);

test("runs survive a round trip", () => {
  const runs = { width: 3, height: 2, runs: [0, 2, 255, 3, 128, 1] };
  assert.deepEqual(Mask.fromRuns(runs).toRuns(), runs);
  assert.deepEqual(new Mask(2, 2, 128).toRuns().runs, [128, 4]);
});

test("a stroke paints every pixel whose centre is within the radius, and no other", () => {
  const mask = new Mask(40, 20);
  assert.equal(mask.stroke([10, 10], [30, 10], 4, 255), true);
  for (let row = 0; row < 20; row += 1)
    for (let column = 0; column < 40; column += 1) {
      const [x, y] = [column + 0.5, row + 0.5];
      const distance = Math.hypot(x - Math.min(30, Math.max(10, x)), y - 10);
      assert.equal(mask.labels[row * 40 + column], distance <= 4 ? 255 : 0, `${column}, ${row}`);
    }
  assert.equal(mask.stroke([10, 10], [30, 10], 4, 255), false, "nothing changes a second time");
});

test("the smallest brush paints the pixel under it, and a stroke at the edge stays inside", () => {
  const mask = new Mask(5, 5);
  mask.stroke([2.5, 2.5], [2.5, 2.5], 0.1, 255);
  assert.deepEqual(painted(mask), [12]);
  mask.stroke([-3, -3], [-3, -3], 1, 255);
  assert.deepEqual(painted(mask), [12]);
});

test("erasing and restoring", () => {
  const mask = new Mask(4, 4);
  mask.stroke([2, 2], [2, 2], 9, 255);
  const before = mask.copy();
  assert.equal(mask.share(255), 1);
  mask.stroke([0.5, 0.5], [0.5, 0.5], 0.5, 0);
  assert.equal(mask.share(255), 15 / 16);
  mask.restore(before);
  assert.equal(mask.share(255), 1);
});

test("a binary mask splits at the middle", () => {
  const mask = Mask.fromRuns({ width: 4, height: 1, runs: [0, 1, 127, 1, 128, 1, 255, 1] });
  assert.deepEqual([...mask.binary().labels], [0, 0, 255, 255]);
});

test("the outline is the border of the label, each edge once", () => {
  /** @type {string[]} */
  const lines = [];
  class Path {
    /** @type {number[]} */
    at = [];
    /** @param {...number} at */
    moveTo(...at) {
      this.at = at;
    }
    /** @param {...number} to */
    lineTo(...to) {
      lines.push([...this.at, ...to].join(" "));
    }
  }
  Object.assign(globalThis, { Path2D: Path });
  const mask = new Mask(4, 4);
  for (const at of [5, 6, 9, 10]) mask.labels[at] = 255;
  mask.outline(255);
  assert.deepEqual(lines.sort(), ["1 1 1 3", "1 1 3 1", "1 3 3 3", "3 1 3 3"]);
});
