/** Heatmap colours and interpolation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { between, heatColour } from "../../../assets/ui/heatmap/scale.js";

test("lightness increases monotonically", () => {
  const lightness = Array.from({ length: 101 }, (_, i) => heatColour(i / 100)).map(
    ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b,
  );
  lightness.reduce((before, after) => {
    assert.ok(after >= before);
    return after;
  });
  assert.ok(lightness[100] - lightness[0] > 150);
});

test("values outside the limits have the colour of the limit", () => {
  assert.deepEqual(heatColour(-1), heatColour(0));
  assert.deepEqual(heatColour(2), heatColour(1));
});

test("interpolation is bilinear with half-pixel centres, clamped at the border", () => {
  const map = { width: 2, height: 1, values: [0, 1] };
  assert.equal(between(map, 0.5, 0.25), 0);
  assert.equal(between(map, 0.5, 0.5), 0.5);
  assert.equal(between(map, 0.5, 0.75), 1);
  assert.equal(between(map, 0, 1), 1);
});
