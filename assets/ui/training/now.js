/** Is the shown round trained now? */
import { busy, state } from "../app/store.js";

/** The kinds and the phases of trainings. */
export const TRAININGS = ["fine_tune", "refine"];

/** Is the shown round trained now, or about to be, with nothing in its grid? */
export const waiting = () =>
  busy() &&
  state.job?.round_id === state.roundId &&
  TRAININGS.includes(state.job?.kind ?? "") &&
  !state.candidates.size;

/** Does the shown round take its steps now? Then previews can be drawn. */
export const training = () =>
  state.job?.state === "running" &&
  state.job.round_id === state.roundId &&
  TRAININGS.includes(state.job.phase);
