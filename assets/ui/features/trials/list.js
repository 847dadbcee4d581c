/** The images of free prompts of the open project, which two views show. */
/** @import { Trial } from "payloads" */
import { newest } from "../../app/newest.js";
import { call } from "../../app/session.js";
import { ofRound, state } from "../../app/store.js";
import { write } from "../../app/writes.js";
import { set } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";

export const trials = ofRound(() => /** @type {Trial[]} */ ([]));
const newRequest = newest();

/** Ask for them again; null if a later request overtook this one. */
export async function askTrials() {
  const isLatest = newRequest();
  const answer = await call("rounds", "trials", { project: state.projectId });
  if (!answer || !isLatest()) return null;
  set(trials, answer.trials);
  return answer.trials;
}

/**
 * @param {Trial[]} all
 * @param {string} words that say it
 */
export async function removeTrials(all, words) {
  /** @type {Trial[]} */
  const gone = [];
  for (const one of all) if (await write("forget_trial", { trial: one.id })) gone.push(one);
  askTrials();
  const act = async () => {
    for (const { id } of gone) await write("restore_trial", { trial: id });
    askTrials();
  };
  if (gone.length) toast(words, "plain", { label: "Undo", act });
}
