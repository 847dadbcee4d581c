/** The rows of a round of which a race chose the pictures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inColumns } from "../../../../assets/ui/rounds/grid/group.js";

globalThis.document = /** @type {any} */ ({ createElement: () => ({ setAttribute() {}, append() {} }) });

/** @param {number} index */
const cell = (index) => ({ index, node: /** @type {any} */ ({ index }) });

test("each picture stands in the column of its index, and places in between are open", () => {
  /** @type {HTMLElement[]} */
  const gaps = [];
  const row = inColumns([cell(3), cell(0), cell(1)], gaps);
  assert.deepEqual(
    row.map((node) => Reflect.get(node, "index") ?? null),
    [0, 1, null, 3],
  );
  assert.equal(gaps.length, 1);
  const again = inColumns([cell(3), cell(1)], gaps);
  assert.equal(again[0], gaps[0], "open places are used again");
  assert.deepEqual(
    again.map((node) => Reflect.get(node, "index") ?? null),
    [null, 1, null, 3],
  );
});
