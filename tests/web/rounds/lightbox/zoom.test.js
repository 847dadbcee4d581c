/** Which way a finger has swiped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { swiped } from "../../../../assets/ui/rounds/lightbox/zoom.js";

const from = { clientX: 200, clientY: 200 };
/**
 * @param {number} dx
 * @param {number} dy
 */
const by = (dx, dy) => swiped(from, { clientX: 200 + dx, clientY: 200 + dy });

test("a swipe to the left goes on, to the right back; a short one or a scroll does nothing", () => {
  assert.deepEqual([by(-60, 10), by(60, -10)], [1, -1]);
  assert.deepEqual([by(-40, 0), by(60, 40), by(0, -200)], [null, null, null]);
});
