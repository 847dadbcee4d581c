/** Display text of job states. The text for job kinds comes from gal_studio/core/jobs/kinds.py. */
/** @import { Job, JobState, Queue, QueuedJob } from "payloads" */

/** @type {Set<JobState>} */
const WORKING = new Set(["running", "pausing", "stopping"]);

/** @type {Partial<Record<JobState, string>>} */
const HALTS = { paused: "paused", stopped: "stopped", interrupted: "interrupted", error: "failed" };
/** What became of a halted job; undefined for others. @param {Pick<Job, "state">} job */
export const haltOf = ({ state }) => HALTS[state];
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
/** @param {Pick<Job, "state">} job */
export const resumeWord = (job) => (job.state === "error" ? "Retry" : "Resume");

/** " after 40 of 200 steps", or empty if there is no total yet. @param {QueuedJob | Job} job */
export const reached = (job) => job.reached && ` after ${job.reached}`;

/**
 * Progress text next to the job's name: "84 / 180", "Placing the pictures on the map", "stopping".
 * @param {QueuedJob | Job} job
 */
export const jobProgress = ({ state, doing, progress }) =>
  state === "running" ? `${doing} ${progress}`.trim() || "starting" : state;

/**
 * Title with state: "Generating 84 / 180", "Fine-tuning stopped after 40 of 200 steps".
 * @param {Job} job
 */
export function jobTitle(job) {
  const name = job.title;
  const halt = haltOf(job);
  if (job.state === "paused" && job.paused_for === "room") return `${name}: waiting for disk space`;
  if (halt) return `${name} ${halt}${reached(job)}`;
  switch (job.state) {
    case "queued":
      return `${name}: waiting for its turn`;
    case "stopping":
      return "Stopping";
    case "pausing":
      return "Pausing";
    case "running":
      return `${job.doing || name} ${job.progress}`.trimEnd();
    case "completed":
      return job.finished;
    default:
      return `${name}: ${job.state}`;
  }
}
