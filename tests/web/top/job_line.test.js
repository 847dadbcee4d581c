/** The job in the top bar: its text and buttons in every state. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jobLine } from "../../../assets/ui/top/job_line.js";
import { state } from "../../../assets/ui/app/store.js";
import { job, queued } from "../samples.js";

/** @import { Job } from "payloads" */

/** @param {Partial<Job>} more */
const shown = (more) => {
  const { pause, resume, stop, note } = jobLine(job({ message: "Kept 40 of 200 steps.", ...more }));
  return { buttons: [pause, resume, stop].filter(Boolean), note };
};

/** @type {[state: Job["state"], buttons: string[], note: string][]} */
const STATES = [
  ["queued", ["Cancel"], "Queue shows its place"],
  ["running", ["Pause", "Stop"], ""],
  ["pausing", ["Stop"], "after this step; finished work is kept"],
  ["stopping", ["Stop"], "after this step; finished work is kept"],
  ["paused", ["Resume"], "Kept 40 of 200 steps."],
  ["stopped", ["Resume"], "Kept 40 of 200 steps."],
  ["interrupted", ["Resume"], "Kept 40 of 200 steps."],
  ["error", ["Retry"], "Kept 40 of 200 steps."],
  ["completed", [], "Kept 40 of 200 steps."],
];
for (const [state, buttons, note] of STATES) {
  test(`a job that is ${state} has its buttons`, () => assert.deepEqual(shown({ state }), { buttons, note }));
}

test("a halted training whose steps were saved can be ended there", () => {
  assert.equal(jobLine(job({ state: "error", kept: 40 })).keep, "Keep step 40");
  assert.equal(jobLine(job({ state: "stopped" })).keep, null);
});

test("speed and remaining time are shown once known, and that the worker is starting", () => {
  assert.equal(shown({ pace: "2.5 steps/s · 1:03 left" }).note, "2.5 steps/s · 1:03 left");
  assert.equal(shown({ worker_alive: false }).note, "starting");
});

test("Pause says so where another job starts instead", () => {
  state.queue = { working: [], waiting: [queued({ id: "other" })], halted: [] };
  assert.equal(jobLine(job({ state: "running" })).pause, "Pause, start next");
  state.queue = { working: [], waiting: [], halted: [] };
  assert.equal(jobLine(job({ state: "running" })).pause, "Pause");
});

test("screen readers hear what begins and ends, not every figure", () => {
  const hear = (/** @type {Partial<Job>} */ more) => jobLine(job({ title: "Generating", ...more })).announced;
  assert.equal(hear({ state: "running", done: 3, total: 9 }), hear({ state: "running", done: 4, total: 9 }));
  assert.equal(hear({ state: "stopping" }), "Stopping");
});

test("a job that lacks a local model asks where it lies", () => {
  assert.equal(jobLine(job({ state: "error", lost_model: "/models/sd15" })).locate, "Locate model");
  assert.equal(jobLine(job({ state: "error" })).locate, null);
});
