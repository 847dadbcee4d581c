/** Grids of the steps of a training: strengths side by side, a row for each step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepGridsOf } from "../../../../assets/ui/features/trials/step_grids.js";

let made = 0;
/** @param {Partial<import("payloads").Trial> & { at?: number }} one */
const trial = ({ at = 1, ...one }) => {
  made += 1;
  const recipe = { early: at, late: at, switch: 0, words: `LoRA strength ${at}` };
  return /** @type {import("payloads").Trial} */ ({
    ...{ id: `t${made}`, version: "1", round: "r1", round_name: "Round 1", prompt: "A kite", negative: "" },
    ...{ seed: "7", guidance: 4, recipe, trouble: "", candidate: null, former: false, judged: null },
    step: 20,
    ...one,
  });
};

test("one prompt and seed is a grid, its steps and strengths in ascending order", () => {
  const asked = [1, 0.4].flatMap((at) => [40, 20].map((step) => trial({ at, step })));
  const older = trial({ at: 1, step: 20 });
  const [grid, ...others] = stepGridsOf([...asked, older], "r1");
  assert.equal(others.length, 0);
  assert.equal(grid.title, "A kite");
  assert.equal(grid.facts, "seed 7 · guidance 4");
  assert.deepEqual(grid.strengths, ["0.4", "1"]);
  assert.deepEqual(
    grid.rows.map(({ name }) => name),
    ["Step 20", "Step 40"],
  );
  assert.equal(grid.rows[0].cells[1]?.id, asked[1].id, "the newest of each place is shown");
  assert.equal(grid.rows[1].cells[0]?.id, asked[2].id);
  assert.equal(grid.all.length, 5, "removing the grid removes the older ones, too");
});

test("a place that was not drawn stays empty", () => {
  const [grid] = stepGridsOf([trial({ at: 1, step: 40 }), trial({ at: 0.4, step: 20 })], "r1");
  assert.deepEqual(
    grid.rows.map(({ cells }) => cells.map((one) => one !== undefined)),
    [
      [true, false],
      [false, true],
    ],
  );
});

test("other prompts, seeds, rounds and trainings are no part of it", () => {
  const all = [
    trial({ seed: "8" }),
    trial({}),
    trial({ former: true }),
    trial({ round: "r2" }),
    trial({ step: null }),
  ];
  assert.deepEqual(
    stepGridsOf(all, "r1").map(({ title, facts }) => [title, facts]),
    [
      ["A kite", "seed 8 · guidance 4"],
      ["A kite", "seed 7 · guidance 4"],
      ["A kite · steps no longer kept", "seed 7 · guidance 4"],
    ],
  );
});
