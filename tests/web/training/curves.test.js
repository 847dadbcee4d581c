/** The running mean of a loss. */
/** @import { Loss } from "payloads" */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../browser.js";

const { running } = await import("../../../assets/ui/training/curves.js");

test("the mean over the last tenth of the steps, over fewer at the beginning", () => {
  /** @type {Loss[]} */
  const losses = Array.from({ length: 20 }, (_, i) => [i + 1, i]);
  const means = running(losses);
  assert.deepEqual(means[0], [1, 0]);
  assert.deepEqual(means[1], [2, 0.5]);
  assert.deepEqual(means[19], [20, 18.5]);
});
