/** The next step of a round, and why an action is disabled. */
import { busy, byItself, loading, openSuggestions, state, workHere, verdictOf } from "../app/store.js";
import { unfinished } from "../top/job_words.js";

/**
 * What a feature says of the rounds that it trains: why an action is closed, which one comes next, and what
 * an action does; undefined where it has no say.
 * @typedef {{ closed: (name: string) => string | undefined, next: () => string | undefined,
 *   hint: (name: string) => string | undefined }} Guide
 */
/** @type {Guide[]} */
export const guides = [];
export const addGuide = (/** @type {Guide} */ guide) => guides.push(guide);

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
  if (byItself()) return byItself();
  if (busy())
    return name === "next_round" && queuesBehind() ? null : "The studio is busy: wait, or press Stop";
  if (["run", "fine_tune", "generate"].includes(name) && roundWaits())
    return "It is already in the queue and starts by itself";
  const said = guides.map((guide) => guide.closed(name)).find(Boolean);
  if (said) return said;
  if (name === "accept") {
    if (!state.suggested.size) return "There is no suggestion yet";
    if (followed()) return "The next round already exists";
    if (!openSuggestions().length) return "Every suggestion is reviewed";
  }
  const offered = state.project?.offered.find(({ kind }) => kind === name);
  return round.closed[offered?.change === "make_round" ? "make_round" : name] ?? null;
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

/**
 * Is an action hidden because it does not apply now?
 * @param {string} name
 */
export function notApplicable(name) {
  const complete = Boolean(state.round?.complete);
  if (name === "done") return nextStep() !== "done" && !(state.round?.trained && complete);
  if (name === "fine_tune" && state.round?.source) return true;
  if (!refining()) return false;
  if (name === "accept") return !state.candidates.size;
  return complete && name === "generate";
}

/**
 * The next step according to the server, adjusted for verdicts that are not saved yet. Where the next round
 * would only repeat this one, it is to choose images, and no button is marked.
 */
export function nextStep() {
  if (unfinished(state.job) && !state.job?.background && state.job?.round_id === state.roundId)
    return "resume";
  if (byItself()) return "by_itself";
  const step = guides.map((guide) => guide.next()).find(Boolean) ?? state.round?.step ?? "";
  if (state.round?.repeats) return "differ";
  if (state.round?.actions.includes("run") && ["fine_tune", "generate"].includes(step)) return "run";
  if (!["accept", "next_round", "done"].includes(step)) return step;
  const accepted = [...state.candidates.keys()].filter((id) => verdictOf(id) === "accepted").length;
  if (followed()) return "next_round";
  if (closed("accept") === null && accepted < Math.max(1, state.suggested.size)) return "accept";
  if (accepted) return "next_round"; // as many as were suggested, of one's own choice, are enough
  const repeats = step === "next_round" && state.round?.tunes && !childOf("next_round");
  return !repeats ? step : state.round?.source ? "done" : "choose"; // a judged LoRA may be all that one wants
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
