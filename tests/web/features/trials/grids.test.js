/** Grids of tried images: strengths side by side, a row for each prompt and seed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gridsOf } from "../../../../assets/ui/features/trials/grids.js";
import { formProblem, strengthsIn } from "../../../../assets/ui/features/trials/words.js";

let made = 0;
/** @param {Partial<import("payloads").Trial> & { at?: number }} one */
const trial = ({ at = 1, ...one }) => {
  made += 1;
  const recipe = { early: at, late: at, switch: 1, words: `LoRA strength ${at}` };
  return /** @type {import("payloads").Trial} */ ({
    ...{ id: `t${made}`, version: "1", round: "r1", round_name: "Round 1", prompt: "A kite", negative: "" },
    seed: "7",
    ...{ guidance: 4, recipe, trouble: "", candidate: null, step: null, former: false, judged: null },
    ...one,
  });
};

test("one prompt at several strengths and seeds is a grid, in ascending order", () => {
  const later = [trial({ at: 1, seed: "8" }), trial({ at: 0.4, seed: "8" })];
  const first = [trial({ at: 0.4 }), trial({ at: 1 })];
  const single = trial({ at: 0.7, prompt: "A drum" });
  const { grids, others } = gridsOf([...later, single, ...first]);
  assert.deepEqual(others, [single]);
  assert.equal(grids.length, 1);
  assert.equal(grids[0].title, "Round 1 · A kite · guidance 4");
  assert.deepEqual(grids[0].strengths, ["0.4", "1"]);
  assert.deepEqual(
    grids[0].rows.map(({ name, cells }) => [name, cells.map((one) => one?.id)]),
    [
      ["seed 7", [first[0].id, first[1].id]],
      ["seed 8", [later[1].id, later[0].id]],
    ],
  );
});

test("several prompts of one seed are rows; what else differs is in another grid", () => {
  const pair = (/** @type {object} */ more) => [trial({ at: 0.4, ...more }), trial({ at: 1, ...more })];
  const { grids } = gridsOf([...pair({ prompt: "A drum" }), ...pair({})]);
  assert.equal(grids[0].title, "Round 1 · seed 7 · guidance 4");
  assert.deepEqual(
    grids[0].rows.map(({ name }) => name),
    ["A kite", "A drum"],
  );
  const apart = [{}, { round: "r2" }, { guidance: 7 }, { negative: "text" }].flatMap(pair);
  assert.equal(gridsOf(apart).grids.length, 4);
  assert.equal(gridsOf([...pair({}), trial({ seed: "9", at: 0.2 }), trial({ seed: "9" })]).grids.length, 2);
});

test("of one strength the newest is shown, and a schedule that switches is in no grid", () => {
  const [newest, oldest] = [trial({ at: 1 }), trial({ at: 1 })];
  const switching = trial({ recipe: { early: 0.4, late: 1, switch: 0.5, words: "" } });
  const { grids, others } = gridsOf([newest, switching, trial({ at: 0.4 }), oldest]);
  assert.equal(grids[0].rows[0].cells[1], newest);
  assert.deepEqual(others, [switching, oldest]);
});

test("strengths are read as they are typed, and nonsense is said", () => {
  assert.deepEqual(strengthsIn(" 0.4, 0,7  1; 1 "), [0.4, 0.7, 1]);
  const form = { prompt: "A kite", seed: "7", guidance: "4" };
  assert.equal(formProblem({ ...form, count: "16", strengths: "0 2" }), "");
  assert.match(formProblem({ ...form, count: "0" }), /^Seeds is a whole number from 1 to 16/);
  assert.match(formProblem({ ...form, count: "17" }), /^Seeds/);
  for (const strengths of ["0.4 much", "3", "0 .1 .2 .3 .4 .5 .6 .7 .8 .9 1"])
    assert.match(formProblem({ ...form, strengths }), /^The grid takes up to 10 strengths from 0 to 2/);
});
