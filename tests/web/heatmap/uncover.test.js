import assert from "node:assert/strict";
import { test } from "node:test";
import { uncoverWhile } from "../../../assets/ui/heatmap/uncover.js";

/** @param {boolean} on */
function heatMap(on) {
  const view = { on };
  return {
    view,
    toggle: () => {
      view.on = !view.on;
    },
  };
}

test("the heat map goes while an image is painted, and comes back", () => {
  const heat = heatMap(true);
  let paints = false;
  const update = uncoverWhile(() => paints, heat);
  update();
  assert.equal(heat.view.on, true);
  paints = true;
  update();
  update(); // a stroke
  assert.equal(heat.view.on, false);
  paints = false;
  update();
  assert.equal(heat.view.on, true);
});

test("one that was off stays off, and one turned on while painting stays on", () => {
  const heat = heatMap(false);
  let paints = true;
  const update = uncoverWhile(() => paints, heat);
  update();
  assert.equal(heat.view.on, false);
  heat.toggle();
  update();
  paints = false;
  update();
  assert.equal(heat.view.on, true);
});
