/** The rows of a round whose pictures were drawn down the ladder. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../browser.js";
import { inColumns } from "../../../../assets/ui/rounds/grid/group.js";

globalThis.document = /** @type {any} */ ({ createElement: () => ({ setAttribute() {}, append() {} }) });

/** @param {number} index */
const cell = (index) => ({ index, node: /** @type {any} */ ({ index }) });

const THREE = (/** @type {{ index: number }} */ { index }) => (index < 1000 ? index % 3 : -1);
const indices = (/** @type {HTMLElement[]} */ places) =>
  places.map((node) => Reflect.get(node, "index") ?? null);

test("images of one schedule stand below each other, and places in between are open", () => {
  /** @type {HTMLElement[]} */
  const gaps = [];
  const places = inColumns([cell(8), cell(0), cell(2), cell(5)], gaps, 3, THREE);
  assert.deepEqual(indices(places), [0, null, 2, null, null, 5, null, null, 8]);
  assert.equal(gaps.length, 5);
  const again = inColumns([cell(1)], gaps, 3, THREE);
  assert.equal(again[0], gaps[0], "open places are used again");
  assert.deepEqual(indices(again), [null, 1]);
});

test("further seeds stand at the top of their column", () => {
  assert.deepEqual(indices(inColumns([cell(7), cell(0)], [], 3, THREE)), [0, 7]);
});

test("images of one's own come last, in rows of their own", () => {
  const own = [cell(1001), cell(1000)];
  assert.deepEqual(indices(inColumns([cell(0), cell(4), ...own], [], 4, THREE)), [
    0,
    4,
    null,
    null,
    1000,
    1001,
  ]);
  assert.deepEqual(indices(inColumns(own, [], 4, THREE)), [1000, 1001]);
});
