/** Colours of the map. */
import "../../browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { state } from "../../../../assets/ui/app/store.js";
import { anchor, candidate, project, round, score } from "../../samples.js";
import { colours, modeOf, modes, promptColour } from "../../../../assets/ui/rounds/map/colours.js";

const candidates = [
  candidate({ id: "1", anchor_id: "x", copy: false, margin: 0.2 }),
  candidate({ id: "2", anchor_id: "y", copy: true, copy_by: "prompts", margin: -0.2 }),
  candidate({ id: "3", anchor_id: "y", copy: false, margin: 0 }),
];
state.project = project({ anchors: [anchor({ id: "x" }), anchor({ id: "y", colour: "#e4572e" })] });
state.round = round({ pool: [anchor({ id: "x" }), anchor({ id: "y" })] });
state.scoreOf = new Map([
  ["x", score({ entropy: 0 })],
  ["y", score({ entropy: Math.LN2 })],
]);
const [GREY, ORANGE] = ["rgba(206,200,190,0.82)", "rgba(217,130,43,0.82)"];
const [VIOLET, HALF] = ["rgba(91,63,190,0.82)", "rgba(149,132,190,0.82)"];

test("images of one test prompt share a colour, others have another", () => {
  const [x, y, other] = colours(candidates, "anchor");
  assert.equal(y, other);
  assert.notEqual(x, y);
});

test("a test prompt keeps its colour when it leaves the pool", () => {
  const before = promptColour("y");
  state.round = round({ pool: [] });
  assert.equal(promptColour("y"), before);
  assert.notEqual(promptColour("x"), before);
});

test("copies and other images have different colours", () => {
  const [a, b, c] = colours(candidates, "copy");
  assert.equal(a, c);
  assert.notEqual(a, b);
});

test("each copy detector has a colour", () => {
  /** @type {("" | "prompts" | "pictures" | "both")[]} */
  const detectors = ["", "prompts", "pictures", "both"];
  const by = detectors.map((copy_by) => candidate({ copy_by }));
  assert.equal(new Set(colours(by, "copy")).size, 4);
});

test("a copy by its prompt is orange", () => {
  assert.equal(colours(candidates, "copy")[1], ORANGE);
});

test("every measured score is a way to colour, from its smallest to its largest value", () => {
  state.project = project({
    scores: [{ name: "likeness", label: "Likeness", explanation: "", in_percent: false }],
  });
  assert.ok(modes().some(({ name, label }) => name === "likeness" && label === "Likeness"));
  const drawn = [0.2, 0.4, 0.3].map((likeness) => candidate({ scores: { likeness } }));
  assert.deepEqual(colours(drawn, "likeness"), [GREY, VIOLET, HALF]);
  assert.deepEqual(
    colours([candidate({ scores: {} })], "likeness"),
    [GREY],
    "generated before there was the score",
  );
  assert.equal(modeOf("of another version").label, "Test prompt");
});

test("decisions are told apart", () => {
  state.verdicts = new Map([
    ["1", "accepted"],
    ["2", "rejected"],
  ]);
  state.suggested = new Map([["3", score({})]]);
  assert.equal(new Set(colours([...candidates, candidate({ id: "4" })], "decision")).size, 4);
});
