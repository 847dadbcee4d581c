// @ts-check
/** The words for jobs: kinds, phases and states. */
/** @import { Job, JobKind, JobState, QueuedJob } from "../app/payloads.d.ts" */

/**
 * Each kind of job: what it is called, and what is there when it is done.
 * @type {Record<JobKind, { name: string, done: (job: Job) => string }>}
 */
const KINDS = {
  fine_tune: { name: "Fine-tuning", done: () => "The model is trained" },
  generate: {
    name: "Generating",
    done: ({ total }) => (total ? `${total} pictures ready` : "Pictures ready"),
  },
  pairs: { name: "Making pairs", done: () => "Comparison pairs ready" },
  refine: { name: "Refining", done: () => "The refinement is trained" },
  quality: { name: "Making heat maps", done: () => "Heat maps ready" },
};
/** @type {Record<string, string>} */
const PHASES = {
  class_images: "Drawing class pictures",
  encode: "Encoding the pictures",
  project: "Placing the pictures on the map",
  loading: "Loading the model",
  maps: "Making heat maps",
  measure: "Measuring",
  foregrounds: "Finding the subject",
};
/** @type {Set<JobState>} */
const WORKING = new Set(["running", "pausing", "stopping"]);

/** @type {Set<JobState>} */
export const HALTED = new Set(["paused", "interrupted", "stopped", "error"]);
/**
 * Was the job halted by something other than the person's Stop? Then to resume it is what comes next.
 * @param {Pick<Job, "state"> | null} job
 */
export const unfinished = (job) => job?.state === "paused" || job?.state === "interrupted";
/** @param {Pick<Job, "state">} job */
export const isWorking = (job) => WORKING.has(job.state);
/**
 * "Fine-tuning", "Making heat maps".
 * @param {JobKind} kind
 */
export const jobName = (kind) => KINDS[kind]?.name ?? kind;
/**
 * The button that takes a halted job up again.
 * @param {Pick<Job, "state">} job
 */
export const resumeWord = (job) => (job.state === "error" ? "Retry" : "Resume");

const UNITS = {
  fine_tune: "steps",
  refine: "steps",
  generate: "pictures",
  pairs: "pairs",
  quality: "pictures",
};

/**
 * " after 40 of 200 steps", or nothing before the first of them.
 * @param {QueuedJob | Job} job
 */
export const reached = (job) =>
  job.total
    ? ` after ${job.done} of ${job.total} ${("unit" in job && job.unit) || UNITS[job.kind] || "steps"}`
    : "";

/**
 * "84 / 180", "Placing the pictures on the map", "stopping": how far a job is, beside its name.
 * @param {QueuedJob | Job} job
 */
export function jobProgress({ state, phase, done, total }) {
  if (state !== "running") return state;
  return [PHASES[phase], total ? `${done} / ${total}` : null].filter(Boolean).join(" ") || "starting";
}

/**
 * "Generating 84 / 180", "Fine-tuning stopped after 40 of 200 steps".
 * @param {Job} job
 */
export function jobTitle(job) {
  const name = jobName(job.kind);
  switch (job.state) {
    case "queued":
      return `${name}: waiting for its turn`;
    case "stopping":
      return "Stopping";
    case "pausing":
      return "Pausing";
    case "running":
      return `${PHASES[job.phase] ?? name}${job.total ? ` ${job.done} / ${job.total}` : ""}`;
    case "paused":
      return job.paused_for === "room" ? `${name}: waiting for disk space` : `${name} paused${reached(job)}`;
    case "stopped":
      return `${name} stopped${reached(job)}`;
    case "interrupted":
      return `${name} was interrupted${reached(job)}`;
    case "completed":
      return KINDS[job.kind]?.done(job) ?? `${name}: done`;
    case "error":
      return `${name} failed${reached(job)}`;
    default:
      return `${name}: ${job.state}`;
  }
}
