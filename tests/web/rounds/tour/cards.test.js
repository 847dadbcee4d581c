/** Which pictures the tour shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../browser.js";
import { cardsOf, pickPictures } from "../../../../assets/ui/rounds/tour/cards.js";
import { candidate, project, score } from "../../samples.js";

const drum = [
  candidate({ id: "clean", anchor_id: "drum", margin: 0.1 }),
  candidate({ id: "copy", anchor_id: "drum", margin: -0.1, copy: true }),
];
const tie = [
  candidate({ id: "best", anchor_id: "tie", margin: 0.3 }),
  candidate({ id: "worst", anchor_id: "kite", margin: -0.5, copy: true }),
];

test("a clean image and a copy of one test prompt, rather than the clearest of all", () => {
  const { clean, copy } = pickPictures([...tie, ...drum], new Map());
  assert.deepEqual([clean?.id, copy?.id], ["clean", "copy"]);
});

test("what is suggested is the clean one", () => {
  const { clean, copy } = pickPictures([...tie, ...drum], new Map([["best", score()]]));
  assert.deepEqual([clean?.id, copy?.id], ["best", "worst"]);
});

test("a copy in which the reference is seen is shown rather than one by the prompts", () => {
  const seen = candidate({ id: "seen", anchor_id: "tie", copy: true, copy_by: "both", margin: -0.01 });
  const { clean, copy } = pickPictures([...tie, ...drum, seen], new Map());
  assert.deepEqual([clean?.id, copy?.id], ["best", "seen"]);
});

test("a round without copies, or with nothing else, has fewer cards", () => {
  const titles = (/** @type {import("payloads").Candidate[]} */ given) =>
    cardsOf(project({ kind: "style" }), given, new Map()).map(({ title }) => title);
  assert.deepEqual(titles([...drum]), ["This is your reference", "Not a copy", "A copy"]);
  assert.deepEqual(titles([drum[0]]), ["This is your reference", "Not a copy"]);
  assert.deepEqual(titles([drum[1]]), ["This is your reference", "A copy"]);
  assert.deepEqual(titles([candidate({ remark: "flat" })]), ["This is your reference"]);
});
