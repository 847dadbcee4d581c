/** The images of free prompts of the open project, which two views show. */
/** @import { Trial } from "payloads" */
import { newest } from "../../app/newest.js";
import { call } from "../../app/session.js";
import { on, state } from "../../app/store.js";
import { set } from "../../kit/html.js";
import { signal } from "../../vendor/signals.min.js";

export const trials = signal(/** @type {Trial[]} */ ([]));
const newRequest = newest();
on("forget", () => {
  newRequest();
  trials.value = [];
});

/** Ask for them again; null if a later request overtook this one. */
export async function askTrials() {
  const isLatest = newRequest();
  const answer = await call("rounds", "trials", { project: state.projectId });
  if (!answer || !isLatest()) return null;
  set(trials, answer.trials);
  return answer.trials;
}
