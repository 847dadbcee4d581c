/** The previews of a training as slots. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { slotsOf } from "../../../assets/ui/rounds/waiting/slots.js";

/** @param {number} step */
const preview = (step) => ({ step, prompt: "A tie", version: `v${step}` });
/** @param {Partial<Parameters<typeof slotsOf>[0]>} training */
const slots = (training) =>
  slotsOf({ previews: [], every: 20, done: 0, total: 100, wanted: false, ...training }).map(
    ({ step, preview: there, drawing }) => `${step}${there ? "!" : drawing ? "~" : ""}`,
  );

test("each preview that is to come has an empty place", () => {
  assert.deepEqual(slots({}), ["20", "40", "60", "80", "100"]);
  assert.deepEqual(slots({ done: 45, previews: [preview(20), preview(40)] }), [
    "20!",
    "40!",
    "60",
    "80",
    "100",
  ]);
  assert.deepEqual(slots({ every: 0, previews: [preview(7)] }), ["7!"]);
  assert.equal(slots({ total: 10_000 }).length, 12, "no more than are seen");
});

test("one that is asked for, or due, is being generated", () => {
  assert.deepEqual(slots({ done: 33, wanted: true }), ["34~", "40", "60", "80", "100"]);
  assert.deepEqual(slots({ done: 40, wanted: true, previews: [preview(20)] }), [
    "20!",
    "40~",
    "60",
    "80",
    "100",
  ]);
  assert.deepEqual(slots({ every: 0, done: 3, wanted: true }), ["4~"]);
});

test("places that were passed without a preview are gone", () => {
  assert.deepEqual(slots({ done: 61 }), ["80", "100"]);
});
