/** The size of a chart: it is seen whole, and its letters are not made smaller. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sizeIn } from "../../../assets/ui/kit/chart.js";

test("a chart with its title fits into its panel, down to the size at which it is read", () => {
  for (const clientHeight of [240, 300, 500, 900])
    for (const clientWidth of [300, 520, 1400]) {
      const { width, height } = sizeIn({ clientWidth, clientHeight });
      assert.ok(width <= clientWidth && height + 60 <= clientHeight, `${clientWidth} x ${clientHeight}`);
      assert.ok(height <= 0.6 * width);
    }
  assert.deepEqual(sizeIn({ clientWidth: 0, clientHeight: 0 }), { width: 280, height: 150 });
});
