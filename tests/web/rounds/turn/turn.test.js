/** The curve of the chance of a copy along the strength of the LoRA. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { placesOf, turnsWords, turnWords } from "../../../../assets/ui/rounds/turn/turn.js";

const turn = {
  strengths: [1, 0.7, 0.4],
  low: [0.8, 0.3, 0],
  mean: [0.9, 0.5, 0.02],
  high: [1, 0.7, 0.1],
  turns: 0.7,
};
const box = { width: 100, height: 60, left: 0, right: 0, top: 0, bottom: 10 };

test("strong is left, a sure copy at the top, and the band encloses the line", () => {
  const { x, y, line, band } = placesOf(turn, box);
  assert.deepEqual([x(1), x(0.4), y(1), y(0)], [0, 100, 0, 50]);
  assert.deepEqual(line, ["0,5", "50,25", "100,49"]);
  assert.deepEqual(band, ["0,0", "50,15", "100,45", "100,50", "50,35", "0,10"]);
});

test("the curve is said in words", () => {
  assert.equal(
    turnWords(turn),
    "Chance of a copy by how much of the LoRA draws: 90 % with × 1, 50 % with × .7, 2 % with × .4",
  );
  assert.equal(turnsWords(turn), "It turns at about × .7 of the LoRA.");
  assert.match(turnsWords({ ...turn, turns: 1.3 }), /^No copies are expected/);
  assert.match(turnsWords({ ...turn, turns: 0.1 }), /^Copies are expected even/);
});
