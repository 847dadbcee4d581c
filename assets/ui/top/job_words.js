/** What a job says of itself. */
const VERBS = {
  fine_tune: ["Fine-tuning", "Fine-tune"],
  generate: ["Generating", "Generate"],
  pairs: ["Drawing pairs", "Pairs"],
  refine: ["Refining", "Refinement"],
  quality: ["Judging patches", "Patch judgement"],
};
const PHASES = {
  class_images: "Drawing class pictures",
  encode: "Encoding the pictures",
  project: "Placing on the map",
  loading: "Loading the model",
  maps: "Judging patches",
  measure: "Measuring",
  foregrounds: "Finding the subject",
};
const WORKING = new Set(["running", "pausing", "stopping"]);

export const HALTED = new Set(["paused", "interrupted", "stopped", "error"]);
/** Nobody has given this work up: to go on with it is what comes next. */
export const unfinished = (job) => job?.state === "paused" || job?.state === "interrupted";
export const isWorking = (job) => WORKING.has(job.state);
/** "Fine-tune", "Patch judgement". */
export const jobNoun = (kind) => VERBS[kind]?.[1] ?? kind;
/** "fine-tuning", "judging patches". */
export const jobDoing = (kind) => (VERBS[kind]?.[0] ?? kind).toLowerCase();
/** What takes a halted job up again. */
export const resumeWord = (job) => (job.state === "error" ? "Retry" : "Resume");

const reached = (job) => (job.total ? ` at ${job.done} / ${job.total}` : "");

/** "84 / 180", "Placing on the map", "stopping": how far a job is, where its name is said already. */
export function jobProgress({ state, phase, done, total }) {
  if (state !== "running") return state;
  return [PHASES[phase], total ? `${done} / ${total}` : null].filter(Boolean).join(" ") || "begins";
}

/** "Generating 84 / 180", "Fine-tune stopped at 40 / 200". */
export function jobTitle(job) {
  const [doing, noun] = VERBS[job.kind] ?? [job.kind, job.kind];
  switch (job.state) {
    case "queued":
      return `${doing}: waiting for its turn`;
    case "stopping":
      return "Stopping";
    case "pausing":
      return "Pausing";
    case "running":
      return `${PHASES[job.phase] ?? doing}${job.total ? ` ${job.done} / ${job.total}` : ""}`;
    case "paused":
      return job.paused_for === "room"
        ? `${noun} waits for room on the disk`
        : `${noun} paused${reached(job)}`;
    case "stopped":
      return `${noun} stopped${reached(job)}`;
    case "interrupted":
      return `${noun} was interrupted${reached(job)}`;
    case "completed":
      return `${noun} done`;
    case "error":
      return `${noun} failed${reached(job)}`;
    default:
      return `${noun}: ${job.state}`;
  }
}
