/** The frame over a picture that is not square: where it is, and what it leaves out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../../browser.js";
import { cutOff, largestBox, movedBy } from "../../../../assets/ui/reference/form/crop.js";

test("what is outside of the largest square", () => {
  assert.equal(cutOff(160, 640), 0.75);
  assert.equal(cutOff(300, 150), 0.5);
  assert.equal(cutOff(64, 64), 0);
});

test("the largest box of a shape in an image", () => {
  assert.deepEqual(largestBox(100, 160, 1), [100, 100]);
  assert.deepEqual(largestBox(160, 100, 1), [100, 100]);
  assert.deepEqual(largestBox(100, 160, 0.5), [80, 160]);
  assert.deepEqual(largestBox(100, 160, 2), [100, 50]);
});

test("the frame follows the pointer and stays in the image", () => {
  assert.equal(movedBy(0.5, 30, 120), 0.75);
  assert.equal(movedBy(0.5, -90, 120), 0);
  assert.equal(movedBy(0.5, 900, 120), 1);
  assert.equal(movedBy(0.5, 10, 0), 0.5);
});
