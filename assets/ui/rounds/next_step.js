/** The next step of a round, and why an action is disabled. */
/** @import { Round } from "payloads" */
import { taughtIn } from "../app/taught.js";
import { busy, loading, openSuggestions, state, workHere, verdictOf } from "../app/store.js";
import { unfinished } from "../top/job_words.js";

/** @type {Partial<Record<string, string>>} */
const STEPS = { pairs: "pairs", review: "train", refine: "train", generate: "generate" };

/** Is the current round a refinement? */
export const refining = () => state.round?.refines === true;

/**
 * Why an action is disabled, or null if it is enabled.
 * @param {string} name
 * @returns {string | null}
 */
export function closed(name) {
  const { round } = state;
  if (!round) return loading() ? "The project is being loaded" : "Open a project first";
  if (childOf(name)) return null; // it only goes there
  const replay = state.replays?.by_itself;
  if (replay) return replay;
  if (busy() && !(name === "next_round" && queuesBehind())) return "The studio is busy: wait, or press Stop";
  if (["run", "fine_tune", "generate"].includes(name) && roundWaits())
    return "It is already in the queue and starts by itself";
  if (name === "run" && round.source && round.complete)
    return "This LoRA is complete: choose images and go on to a round that starts from it";
  if (name === "run" && !round.trainable && round.complete)
    return "This round is done: choose images and go on, or change a setting to train it again";
  if (name === "fine_tune" && !round.trainable)
    return "The model is trained on this with these settings: change a setting to train it again";
  if (name === "generate" && !round.trained) return refining() ? "Train on the pairs first" : "Train first";
  if (name === "generate" && round.complete) return "All images of this round are generated";
  if (name === "accept") {
    if (!state.suggested.size) return "There is no suggestion yet";
    if (followed()) return "The next round is there already";
    if (!openSuggestions().length) return "Every suggestion is reviewed";
  }
  if (name === "next_round" && !state.candidates.size && !busy()) return "Generate images first";
  if (name === "train" && !pairsReady()) return "Make the comparison pairs first";
  return name === "refine" ? closedRefinement(round) : null;
}

/** Does the training or the drawing of the shown round wait in the queue, behind other work? */
export const roundWaits = () => workHere(["fine_tune", "generate"]) !== null;

/** Can a next round wait for what runs: work on another round, or a refinement that is trained or drawn? */
function queuesBehind() {
  if (state.job?.round_id !== state.roundId) return Boolean(state.candidates.size && state.round?.complete);
  const { working, waiting } = state.queue;
  return [...working, ...waiting].some(
    (job) => job.round_id === state.roundId && refining() && ["refine", "generate"].includes(job.kind),
  );
}

/** @param {Round} round */
function closedRefinement({ complete }) {
  if (!state.candidates.size || !complete)
    return "Generate first: a refinement is compared with the images of this round";
  if (!taughtIn(state.project).is_subject && !acceptedSomewhere()) {
    return (
      "Accept an image first: the pairs of a style are accepted images " +
      "beside new ones of the same prompt"
    );
  }
  return null;
}

/** Is any picture accepted in this round or its ancestors? */
function acceptedSomewhere() {
  if ([...state.verdicts.values()].includes("accepted")) return true;
  for (let round = parentOf(state.roundId); round; round = parentOf(round.id))
    if (round.accepted) return true;
  return false;
}

/** @param {string | null} id */
const parentOf = (id) =>
  state.rounds.find((round) => round.id === state.rounds.find((child) => child.id === id)?.parent_id);

/** Does any pair have a painted mask? Then a trained refinement can be trained again. */
const paintedSince = () => Boolean(state.refinement?.pairs.some((pair) => pair.painted));

function pairsReady() {
  const pairs = state.refinement?.pairs ?? [];
  return pairs.length > 0 && pairs.every((pair) => pair.maps_version);
}

/**
 * Is an action hidden because it does not apply now?
 * @param {string} name
 */
export function notApplicable(name) {
  const complete = Boolean(state.round?.complete);
  if (name === "done") return nextStep() !== "done" && !(state.round?.trained && complete);
  if (name === "fine_tune" && state.round?.source) return true;
  if (!refining()) return false;
  if (name === "pairs") return pairsReady() || complete;
  if (name === "again") return !complete;
  if (name === "accept") return !state.candidates.size;
  return complete && ["whole", "train", "generate"].includes(name) && !(name === "train" && paintedSince());
}

/**
 * The next step according to the server, adjusted for verdicts that are not saved yet. Where the next round
 * would only repeat this one, it is to choose images, and no button is marked.
 */
export function nextStep() {
  if (unfinished(state.job) && !state.job?.background && state.job?.round_id === state.roundId)
    return "resume";
  if (state.replays?.by_itself) return "replay";
  const step = (refining() && STEPS[state.refinement?.step ?? ""]) || (state.round?.step ?? "");
  if (state.round?.repeats) return "differ";
  if (state.round?.actions.includes("run") && ["fine_tune", "generate"].includes(step)) return "run";
  if (!["accept", "next_round", "done"].includes(step)) return step;
  const accepted = [...state.candidates.keys()].some((id) => verdictOf(id) === "accepted");
  if (followed()) return "next_round";
  if (closed("accept") === null) return "accept";
  if (accepted) return "next_round";
  const repeats = step === "next_round" && state.round?.tunes && !childOf("next_round");
  return repeats ? "choose" : step;
}

/** The round that went on from the shown one: choosing here again would change nothing of it. */
export function followed() {
  const next = childOf("next_round");
  return next?.empty ? null : next;
}

/**
 * The child round that an action would create: what is kept, else what was carried on, else the newest.
 * @param {string} name
 */
export function childOf(name) {
  const untouched = state.round?.with_references; // the round behind it is there from the start
  const made = state.rounds.filter(
    (round) => round.parent_id === state.roundId && round.made_by === name && !(untouched && round.empty),
  );
  const own = made.filter((one) => !one.copy_of); // What if? begins the others
  const carriedOn = own.findLast(({ id }) => state.rounds.some((round) => round.parent_id === id));
  return made.find((one) => one.kept && !one.aside) ?? carriedOn ?? own.at(-1) ?? null;
}
