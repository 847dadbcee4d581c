/** Display text of job states. The text for job kinds comes from gal_studio/core/jobs/kinds.py. */
/** @import { Job, JobState, Queue, QueuedJob } from "payloads" */

import { sizeOf } from "../kit/format.js";

/** The unit of downloads. */
export const BYTES = "bytes";

/** @type {Set<JobState>} */
const WORKING = new Set(["running", "pausing", "stopping"]);

/** @type {Set<JobState>} */
export const HALTED = new Set(["paused", "interrupted", "stopped", "error"]);
/**
 * Was the job interrupted by something other than Stop? Then the next step is to resume it.
 * @param {Pick<Job, "state"> | null} job
 */
export const unfinished = (job) => job?.state === "paused" || job?.state === "interrupted";
/**
 * What starts when this job pauses, in a sentence; empty if nothing does.
 * @param {Queue} queue
 * @param {string} id
 */
export function startsInstead({ waiting }, id) {
  const next = waiting.find((job) => job.id !== id && !job.behind);
  if (!next) return "";
  const { title, round_name: round, project_name: project } = next;
  return `When it pauses, the next in the queue starts: ${title}, ${round} of ${project}.`;
}

/** @param {Pick<Job, "state">} job */
export const isWorking = (job) => WORKING.has(job.state);
/**
 * Label of the button that resumes a halted job.
 * @param {Pick<Job, "state">} job
 */
export const resumeWord = (job) => (job.state === "error" ? "Retry" : "Resume");

/**
 * " after 40 of 200 steps", or empty if there is no total yet.
 * @param {QueuedJob | Job} job
 */
export const reached = (job) => {
  if (!job.total) return "";
  if (job.unit === BYTES) return ` after ${sizeOf(job.done, job.total)}`;
  return ` after ${job.done} of ${job.total} ${job.unit}`.trimEnd();
};

/**
 * "40 / 200", "1.2 of 5.1 GB".
 * @param {Pick<Job, "done" | "total" | "unit">} job
 */
const doneOf = ({ done, total, unit }) => (unit === BYTES ? sizeOf(done, total) : `${done} / ${total}`);

/**
 * Progress text next to the job's name: "84 / 180", "Placing the pictures on the map", "stopping".
 * @param {QueuedJob | Job} job
 */
export function jobProgress(job) {
  const { state, doing, total } = job;
  if (state !== "running") return state;
  return [doing, total ? doneOf(job) : null].filter(Boolean).join(" ") || "starting";
}

/**
 * Title with state: "Generating 84 / 180", "Fine-tuning stopped after 40 of 200 steps".
 * @param {Job} job
 */
export function jobTitle(job) {
  const name = job.title;
  switch (job.state) {
    case "queued":
      return `${name}: waiting for its turn`;
    case "stopping":
      return "Stopping";
    case "pausing":
      return "Pausing";
    case "running":
      return `${job.doing || name}${job.total ? ` ${doneOf(job)}` : ""}`;
    case "paused":
      return job.paused_for === "room" ? `${name}: waiting for disk space` : `${name} paused${reached(job)}`;
    case "stopped":
      return `${name} stopped${reached(job)}`;
    case "interrupted":
      return `${name} was interrupted${reached(job)}`;
    case "completed":
      return job.finished;
    case "error":
      return `${name} failed${reached(job)}`;
    default:
      return `${name}: ${job.state}`;
  }
}
