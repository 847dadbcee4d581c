/** Colours of the map. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../../assets/ui/app/store.js";
import { anchor, candidate, round, score } from "../../samples.js";
import { MODES, colours, gradient } from "../../../../assets/ui/rounds/map/colours.js";

const candidates = [
  candidate({ anchor_id: "x", copy: false, margin: 0.2 }),
  candidate({ anchor_id: "y", copy: true, margin: -0.2 }),
  candidate({ anchor_id: "y", copy: false, margin: 0 }),
];
state.round = round({ pool: [anchor({ id: "x" }), anchor({ id: "y" })] });
state.scoreOf = new Map([
  ["x", score({ entropy: 0 })],
  ["y", score({ entropy: Math.LN2 })],
]);

test("pictures of one test prompt share a colour, others have another", () => {
  const [x, y, other] = colours(candidates, "anchor");
  assert.equal(y, other);
  assert.notEqual(x, y);
});

test("copies and other pictures have different colours", () => {
  const [a, b, c] = colours(candidates, "copy");
  assert.equal(a, c);
  assert.notEqual(a, b);
});

test("both colour scales go from blue through grey to orange", () => {
  const [blue, orange, grey] = colours(candidates, "margin");
  assert.deepEqual(
    [blue, grey, orange],
    ["rgba(91,115,190,0.82)", "rgba(206,200,190,0.82)", "rgba(217,130,43,0.82)"],
  );
  assert.deepEqual(colours(candidates, "entropy").slice(0, 2), [blue, orange]);
});

test("the legend gradient starts with the colour of the first label", () => {
  assert.ok(gradient("margin").includes("(90deg, rgb(217,130,43)"), MODES.margin.legend?.[0]);
  assert.ok(gradient("entropy").includes("(90deg, rgb(91,115,190)"), MODES.entropy.legend?.[0]);
});
