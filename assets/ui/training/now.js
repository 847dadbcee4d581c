/** Is the shown round trained now, or was its training halted? */
import { busy, state, workHere } from "../app/store.js";
import { haltOf } from "../top/job_words.js";

export const TRAININGS = ["fine_tune", "refine"];

/** Is the project's job a training of the shown round? */
const ofShownRound = () => state.job?.round_id === state.roundId && TRAININGS.includes(state.job?.kind ?? "");

/** Was the training of the shown round begun and halted? What it has drawn and learned stays in view. */
const begun = () =>
  Boolean(state.job && haltOf(state.job)) &&
  !state.round?.trained &&
  Boolean(state.job?.done || state.round?.previews.length);

/** Is the shown round in training: running, about to, or halted on the way? */
export const inTraining = () =>
  (ofShownRound() && (busy() || begun())) || (!state.round?.trained && workHere(TRAININGS) !== null);

/** Is the shown round in training, with nothing in its grid? */
export const waiting = () => inTraining() && !state.candidates.size;

/** Does the shown round take its steps now? Then previews can be drawn. */
export const training = () =>
  state.job?.state === "running" &&
  state.job.round_id === state.roundId &&
  TRAININGS.includes(state.job.phase);
