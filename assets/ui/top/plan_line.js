/** One line: what the studio does now, what comes after it, and how long that takes. */
/** @import { Job, QueuedJob } from "payloads" */
import { about, count } from "../kit/format.js";
import { haltOf, jobTitle } from "./job_words.js";

const MOST = 2; // steps to come that are named: the others repeat them for later rounds

/**
 * @param {Job} job that is queued or runs
 * @param {QueuedJob[]} waiting the jobs that wait, of all projects
 * @param {string | null} projectId
 * @param {string} [round] the name of its round, if that is not the shown one
 * @param {number} [accepted] images that the shown round trains on, besides the references
 */
export function planLine(job, waiting, projectId, round, accepted = 0) {
  const next = waiting.filter((other) => other.project_id === projectId && other.id !== job.id);
  const now = nowWords(job, round === undefined ? trainsOn(accepted) : "Training");
  const own = round ? `${round}: ${now.charAt(0).toLowerCase()}${now.slice(1)}` : now;
  return [`${own}.`, ...thenWords(next)].join(" ");
}

/** @param {number} accepted */
const trainsOn = (accepted) =>
  `Training on your reference${accepted ? ` and ${count(accepted, "accepted image")}` : ""}`;

/**
 * @param {Job} job
 * @param {string} training
 */
function nowWords(job, training) {
  if (job.state === "queued") return job.worker_alive ? "Waits for its turn in the queue" : "Starting";
  if (haltOf(job)) return jobTitle(job);
  if (job.state !== "running") return "Stops after this step; finished work is kept";
  if (job.kind === "fine_tune" && !job.doing) return training;
  return job.doing || job.now; // the time that is left stands in the top bar
}

/** @param {QueuedJob[]} next */
function thenWords(next) {
  if (!next.length) return [];
  const words = next.map(
    ({ coming, expected_seconds: seconds }) => coming + (seconds === null ? "" : `, ${about(seconds)}`),
  );
  const parts = [...new Set(words)].slice(0, MOST);
  const more = next.length - parts.length;
  return [`Then ${parts.join("; then ")}${more ? `; ${count(more, "more step")}` : ""}.`];
}
