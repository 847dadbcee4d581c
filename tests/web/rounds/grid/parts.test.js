/** The order of the images of a test prompt. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../browser.js";
import { inRow } from "../../../../assets/ui/rounds/grid/parts.js";

/** @param {[index: number, strength: number, own?: boolean][]} images */
const placed = (images) =>
  inRow(
    images.map(([index, strength, own = false]) => ({ id: `${index} ${strength}`, index, strength, own })),
  ).map(({ id }) => id);

test("images stand from strong to gentle without open places, a person's own ones last", () => {
  const images = placed([
    [1000, 1, true],
    [4, 0.4],
    [0, 1],
    [7, 0.7],
    [2, 0.7],
  ]);
  assert.deepEqual(images, ["0 1", "2 0.7", "7 0.7", "4 0.4", "1000 1"]);
});

test("an image that is generated again takes the place of the former one", () => {
  assert.deepEqual(
    placed([
      [0, 1],
      [1, 0.4],
      [0, 0.2],
    ]),
    ["1 0.4", "0 0.2"],
  );
});
