/** Zoom and pan of the map. */
/** @import { Frame } from "../../../../assets/ui/rounds/map/camera.js" */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inner,
  magnification,
  moved,
  shares,
  toPixels,
  wholeFrame,
  zoomed,
} from "../../../../assets/ui/rounds/map/camera.js";

/** @type {Frame} */
const whole = { x: [0, 10], y: [-5, 5] };
const size = { width: 552, height: 354 }; // 500 x 300 inside of the margins

/**
 * @param {number[]} a
 * @param {number[]} b
 */
const near = (a, b) =>
  assert.ok(
    a.every((value, i) => Math.abs(value - b[i]) < 1e-9),
    `${a} is not ${b}`,
  );

test("all places are on the whole map; with equal axes both have one range", () => {
  const frame = wholeFrame([
    [0, 2],
    [10, 4],
  ]);
  near([...frame.x, ...frame.y], [-0.7, 10.7, 1.86, 4.14]);
  const square = wholeFrame(
    [
      [0, 2],
      [10, 4],
    ],
    { equal: true },
  );
  assert.deepEqual(square.x, square.y);
});

test("zooming keeps what is under the pointer", () => {
  const pixel = /** @type {[number, number]} */ ([100, 60]);
  const at = shares(pixel, size);
  const under = [whole.x[0] + at[0] * 10, whole.y[0] + at[1] * 10];
  const frame = zoomed(whole, 3, at, whole);
  near(toPixels(frame, size)(/** @type {[number, number]} */ (under)), pixel);
  assert.ok(Math.abs(magnification(frame, whole) - 3) < 1e-9);
});

test("zoom has limits, and there and back is where it was", () => {
  assert.ok(magnification(zoomed(whole, 1e9, [0.5, 0.5], whole), whole) < 100);
  assert.ok(magnification(zoomed(whole, 1e-9, [0.5, 0.5], whole), whole) > 0.5);
  const back = zoomed(zoomed(whole, 4, [0.2, 0.7], whole), 0.25, [0.2, 0.7], whole);
  near([...back.x, ...back.y], [...whole.x, ...whole.y]);
});

test("the map follows the pointer by as many pixels, and its middle stays on it", () => {
  const [width, height] = inner(size);
  const frame = moved(whole, 50 / width, -30 / height, whole);
  const before = toPixels(whole, size)([3, 1]);
  near(toPixels(frame, size)([3, 1]), [before[0] + 50, before[1] + 30]);
  const far = moved(whole, -9, 9, whole);
  assert.equal((far.x[0] + far.x[1]) / 2, 10);
  assert.equal((far.y[0] + far.y[1]) / 2, -5);
});
