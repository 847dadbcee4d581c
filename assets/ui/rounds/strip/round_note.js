/** The status text of a chip in the round strip. */
/** @import { Queue, RoundSummary } from "payloads" */
import { count } from "../../kit/format.js";

/** @type {Record<string, string>} */
const STEPS = {
  fine_tune: "not trained yet",
  generate: "trained",
  next_round: "nothing accepted yet",
  refine: "pairs to train on",
};

/**
 * "paused at 40 of 200": the training of a round that was halted on its way; empty if there is none.
 * @param {RoundSummary} round
 * @param {string} step
 * @param {Queue} queue
 */
function haltedNote(round, step, queue) {
  const job = queue.halted.find((one) => one.round_id === round.id && one.kind === step);
  if (!job?.done) return "";
  const what = { paused: "paused", error: "failed" }[String(job.state)] ?? "stopped";
  return `${what} at ${job.done} of ${job.total}`;
}

/**
 * The status of a round; `step` and `accepted` may be newer than the round's own values.
 * @param {RoundSummary} round
 * @param {{ step: string, accepted: number, current: boolean, rounds: RoundSummary[], queue: Queue }} now
 */
export function roundNote(round, { step, accepted, current, rounds, queue }) {
  const left = rounds.some((other) => other.parent_id === round.id && !other.refines);
  if (!left && (step === "accept" || (current && accepted && step !== "fine_tune"))) {
    return accepted >= round.wanted ? `${accepted} accepted` : `${accepted} of ${round.wanted} accepted`;
  }
  if (left || accepted) return `${accepted} accepted`;
  if (step === "generate" && round.candidates) return `${count(round.candidates, "image")} so far`;
  if (step !== "wait") return haltedNote(round, step, queue) || (STEPS[step] ?? "");
  return queue.working.some((job) => job.round_id === round.id) ? "running" : "waiting";
}
