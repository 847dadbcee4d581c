/** Text and buttons of the project's job in the top bar. */
/** @import { Job } from "payloads" */
import { isActive, state } from "../app/store.js";
import { haltOf, jobTitle, resumeWord, startsInstead } from "./job_words.js";

/**
 * A null label hides the button.
 * @param {Job} job
 */
export function jobLine(job) {
  const active = isActive(job);
  return {
    state: active ? "running" : job.state,
    title: jobTitle(job),
    announced: job.state === "running" ? job.title : jobTitle(job), // screen readers would speak every figure
    note: active ? rate(job) : job.message,
    pause:
      job.state !== "running" ? null : startsInstead(state.queue, job.id) ? "Pause, start next" : "Pause",
    resume: haltOf(job) ? resumeWord(job) : null,
    keep: job.kept ? `Keep step ${job.kept}` : null,
    locate: job.lost_model ? "Locate model" : null,
    stop: !active ? null : job.state === "queued" ? "Cancel" : "Stop",
  };
}

/** @param {Job} job */
function rate(job) {
  if (!job.worker_alive) return "starting";
  if (job.state !== "running")
    return job.state === "queued" ? "Queue shows its place" : "after this step; finished work is kept";
  return job.pace;
}
