/** Where each round stands in the strip. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { branchOf, lineThrough, rowsOf, treeOf } from "../../../../assets/ui/rounds/strip/tree.js";
import { chip } from "../../samples.js";

/** @param {[id: string, parent: string | null][]} pairs */
const rounds = (pairs) => pairs.map(([id, parent_id]) => chip({ id, parent_id }));

/** @param {ReturnType<typeof rounds>} given */
const drawn = (given) =>
  treeOf(given).map(({ round, column, row, above }) => [round.id, column, row, above].join(" "));

test("rounds after each other share a row", () => {
  const line = rounds([["a", null], ["b", "a"], ["c", "b"]]); // biome-ignore format: a tree
  assert.deepEqual(drawn(line), ["a 1 0 0", "b 2 0 0", "c 3 0 0"]);
  assert.equal(rowsOf(treeOf(line)), 1);
  assert.equal(rowsOf([]), 1);
});

test("siblings stand below each other, each branch in a row of its own", () => {
  // biome-ignore format: a tree
  const tree = rounds([["a", null], ["b", "a"], ["x", "a"], ["c", "b"], ["d", "b"], ["y", "x"]]);
  assert.deepEqual(drawn(tree), ["a 1 0 0", "b 2 0 0", "c 3 0 0", "d 3 1 0", "x 2 2 0", "y 3 2 2"]);
  const places = treeOf(tree).map(({ column, row }) => `${column} ${row}`);
  assert.equal(new Set(places).size, tree.length, "no two in one place");
});

test("two first rounds are siblings, and a round without a shown parent is one of them", () => {
  const drawnTree = drawn(rounds([["a", null], ["b", null], ["c", "gone"]])); // biome-ignore format: a tree
  assert.deepEqual(drawnTree, ["a 1 0 0", "b 1 1 0", "c 1 2 0"]);
});

test("a round is archived with all that come after it", () => {
  const tree = rounds([["a", null], ["b", "a"], ["x", "a"], ["c", "b"]]); // biome-ignore format: a tree
  assert.deepEqual(branchOf(tree, "b").map(({ id }) => id), ["b", "c"]); // biome-ignore format: short
  assert.equal(branchOf(tree, "a").length, 4);
});

test("the longest line through a round counts its trained rounds, not those beside it", () => {
  const trained = (/** @type {string} */ id, /** @type {string | null} */ parent_id) =>
    chip({ id, parent_id, adapter: "file" });
  const refined = chip({ id: "r", parent_id: "b", adapter: "file", refines: true });
  const all = [trained("a", null), trained("b", "a"), trained("x", "a"), refined, trained("c", "r")];
  assert.deepEqual(
    ["a", "x", "c"].map((id) => lineThrough(all, id)),
    [3, 2, 3],
  );
  assert.equal(lineThrough([...all, chip({ id: "d", parent_id: "c" })], "d"), 3, "up to the trained ones");
});
