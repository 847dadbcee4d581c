/** Which jobs are told of when they end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../browser.js";
import { canNotify, endedWork, notifies } from "../../../assets/ui/top/notify.js";
import { queued } from "../samples.js";

/** @import { QueuedJob } from "payloads" */

/** @param {QueuedJob[]} working @param {QueuedJob[]} [halted] */
const queue = (working, halted = []) => ({ working, waiting: [], halted });
const job = queued({ id: "a", title: "Training", project_name: "Cat", round_name: "Round 1" });

test("a job that ran for a minute is told of when it is done, once", () => {
  const running = new Map();
  assert.deepEqual(endedWork(running, queue([job]), 0), []);
  assert.deepEqual(endedWork(running, queue([job]), 59_000), []);
  assert.deepEqual(endedWork(running, queue([]), 61_000), ["Training is done: Cat, Round 1"]);
  assert.deepEqual(endedWork(running, queue([]), 62_000), []);
});

test("a failure is told of, a stop and short work are not", () => {
  for (const [state, seconds, said] of /** @type {[QueuedJob["state"], number, string[]][]} */ ([
    ["error", 90, ["Training failed: Cat, Round 1"]],
    ["stopped", 90, []],
    ["paused", 90, []],
    ["error", 5, []],
  ])) {
    const running = new Map();
    endedWork(running, queue([job]), 0);
    assert.deepEqual(endedWork(running, queue([], [{ ...job, state }]), seconds * 1000), said);
  }
});

test("without a browser that can, or before it is allowed, nothing is notified", () => {
  assert.equal(canNotify(), false);
  assert.equal(notifies(), false);
});
