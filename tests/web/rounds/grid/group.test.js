/** The order of the images of a test prompt. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../browser.js";
import { insertTile } from "../../../../assets/ui/rounds/grid/group.js";

/** @param {[index: number, strength: number, own?: boolean][]} images */
function placed(images) {
  const group = /** @type {any} */ ({ tiles: [] });
  for (const [index, strength, own = false] of images)
    insertTile(group, /** @type {any} */ ({}), { id: `${index} ${strength}`, index, strength, own });
  return group.tiles.map((/** @type {{ id: string }} */ { id }) => id);
}

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
