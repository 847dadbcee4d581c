/** Order of the pictures, and which are shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { desk, orderInUse, sorted, withoutArticle } from "../../../../assets/ui/rounds/desk/desk.js";
import { passes, state } from "../../../../assets/ui/app/store.js";
import { candidate } from "../../samples.js";

const PICTURES = [
  candidate({ id: "a", margin: -0.2, seed: "9", scores: { sharp: 1 } }),
  candidate({ id: "b", margin: 0.1, seed: "10" }),
  candidate({ id: "c", margin: 0.3, seed: "18446744073709551615", scores: { sharp: 3 } }),
  candidate({ id: "d", margin: 0.1, seed: "18446744073709551614", scores: { sharp: 2 } }),
];
/** @param {string} sort */
const order = (sort, reverse = false) =>
  sorted(PICTURES, sort, reverse)
    .map(({ id }) => id)
    .join("");

test("the most uncertain copies come first, those known by prompts alone last; ties keep their order", () => {
  assert.equal(order("uncertain"), "bdac");
  assert.equal(order("uncertain", true), "cabd");
  const risks = [0.9, 0.52, 0.2].map((copy_chance, at) =>
    candidate({ id: `${at}`, scores: { copy_chance } }),
  );
  const found = sorted([PICTURES[1], ...risks], "uncertain", false).map(({ id }) => id);
  assert.deepEqual(found, ["1", "2", "0", "b"]);
});

test("an order that is kept but not on offer is that of the test prompts", () => {
  desk.sort = "a score of a former version";
  assert.equal(orderInUse(), "priority");
  desk.sort = "uncertain";
  assert.equal(orderInUse(), "uncertain");
  desk.sort = "priority";
});

test("seeds are ordered as numbers, however large", () => {
  assert.equal(order("seed"), "abdc");
  assert.equal(order("seed", true), "cdba");
});

test("of other scores the largest comes first; images without one are last both ways", () => {
  assert.equal(order("sharp"), "cdab");
  assert.equal(order("sharp", true), "adcb");
});

test("a filter shows the images with a verdict", () => {
  state.candidates = new Map(PICTURES.map((picture) => [picture.id, picture]));
  const shown = () => PICTURES.filter(({ id }) => passes(id)).map(({ id }) => id);
  state.filter = "rejected";
  state.verdicts = new Map([["a", "rejected"]]);
  assert.deepEqual(shown(), ["a"]);
  state.filter = "undecided";
  assert.deepEqual(shown(), ["b", "c", "d"]);
  state.filter = "all";
});

test("copies are shown, whoever says so", () => {
  const pictures = [
    candidate({ id: "own" }),
    candidate({ id: "words", copy: true, copy_by: "prompts" }),
    candidate({ id: "seen", copy: true, copy_by: "pictures" }),
    candidate({ id: "all", copy: true, copy_by: "both" }),
  ];
  state.candidates = new Map(pictures.map((picture) => [picture.id, picture]));
  state.filter = "copies";
  const shown = () => pictures.filter(({ id }) => passes(id)).map(({ id }) => id);
  assert.deepEqual(shown(), ["words", "seen", "all"]);
  state.filter = "all";
});

test("a caption leaves out the article", () => {
  assert.deepEqual(["A koala", "An apple", "Moon", "A", "Atlas"].map(withoutArticle), [
    "koala",
    "apple",
    "Moon",
    "A",
    "Atlas",
  ]);
});
