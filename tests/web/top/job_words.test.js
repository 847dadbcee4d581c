/** Display text of jobs. */
import assert from "node:assert/strict";
import { test } from "node:test";
/** @import { JobState } from "payloads" */
import { job, queue, queued } from "../samples.js";
import {
  jobProgress,
  jobTitle,
  resumeWord,
  startsInstead,
  unfinished,
} from "../../../assets/ui/top/job_words.js";

/** @type {Record<JobState, string>} */
const TITLES = {
  queued: "Training: waiting for its turn",
  running: "Training 40 / 200",
  pausing: "Pausing",
  stopping: "Stopping",
  paused: "Training paused after 40 of 200 steps",
  stopped: "Training stopped after 40 of 200 steps",
  interrupted: "Training interrupted after 40 of 200 steps",
  error: "Training failed after 40 of 200 steps",
  completed: "The model is trained",
};
for (const state of /** @type {JobState[]} */ (Object.keys(TITLES))) {
  test(`a job that is ${state}`, () => assert.equal(jobTitle(job({ state })), TITLES[state]));
}

test("phases, disk space, and a job before its first step", () => {
  assert.equal(
    jobTitle(job({ doing: "Placing the images on the map" })),
    "Placing the images on the map 40 / 200",
  );
  assert.equal(jobTitle(job({ state: "paused", paused_for: "room" })), "Training: waiting for disk space");
  assert.equal(jobTitle(job({ state: "stopped", reached: "" })), "Training stopped");
  assert.equal(jobTitle(job({ state: "running", progress: "" })), "Training");
  assert.equal(jobProgress(job({ doing: "", progress: "" })), "starting");
  assert.equal(jobProgress(job({ state: "pausing" })), "pausing");
});

/** @type {JobState[]} */
const HALTED = ["paused", "interrupted", "stopped", "error"];

test("a stopped job is not resumed by default; a failed one is retried", () => {
  assert.deepEqual(
    HALTED.map((state) => unfinished({ state })),
    [true, true, false, false],
  );
  assert.deepEqual([resumeWord({ state: "error" }), resumeWord({ state: "stopped" })], ["Retry", "Resume"]);
});

test("what starts when a job pauses: the first that waits for nothing else", () => {
  const behind = queued({ id: "g", behind: "training" });
  const other = queued({ id: "o", title: "Generating", round_name: "Round 2", project_name: "Teapot" });
  assert.equal(startsInstead(queue({ waiting: [behind] }), "j"), "");
  assert.equal(
    startsInstead(queue({ waiting: [behind, other] }), "j"),
    "When it pauses, the next in the queue starts: Generating, Round 2 of Teapot.",
  );
});
