/** The page's state and its events. A cache: the server is the source of truth. */
/** @import { Candidate, Job, Project, Queue, Round, RoundChip, Score, Verdict } from "./payloads.d.ts" */
/** @import { Measures } from "./payloads_measures.d.ts" */
/** @import { Refinement } from "./payloads_refinement.d.ts" */

/**
 * @typedef {object} State
 * @property {string | null} projectId
 * @property {string | null} roundId
 * @property {string} step the screen: reference, rounds or results
 * @property {Project | null} project
 * @property {RoundChip[]} rounds the strip
 * @property {Job | null} job
 * @property {Queue} queue the work of all projects
 * @property {Round | null} round
 * @property {Score[]} scores in order of priority
 * @property {Map<string, Score>} scoreOf scores by test prompt id
 * @property {Map<string, Candidate>} candidates by id, in order of creation
 * @property {Map<string, Score>} suggested scores by suggested candidate id
 * @property {Map<string, Verdict>} verdicts by candidate id; missing means undecided
 * @property {Map<string, string>} masks by candidate id: version of the mask of a partial acceptance
 * @property {Measures | null} measures the test set, measured round by round
 * @property {Refinement | null} refinement set for a round of kind `refine`
 * @property {Map<string, [number, number]>} positions by candidate or reference id
 * @property {Filter} filter
 * @property {Set<string>} selection
 * @property {string | null} hover
 * @property {string | null} focus
 */

/** @typedef {"suggested" | "accepted" | "copies" | "selection" | "all"} Filter */

/** @type {State} */
export const state = {
  projectId: null,
  roundId: null,
  step: "reference",
  project: null,
  rounds: [],
  job: null,
  queue: { working: [], waiting: [], halted: [] },
  round: null,
  scores: [],
  scoreOf: new Map(),
  candidates: new Map(),
  suggested: new Map(),
  verdicts: new Map(),
  masks: new Map(),
  measures: null,
  refinement: null,
  positions: new Map(),
  filter: "all",
  selection: new Set(),
  hover: null,
  focus: null,
};

/**
 * Payloads of the events; events that are not listed have none.
 * @typedef {{
 *   verdicts: Set<string>, candidates: Candidate[],
 *   hover: string | undefined, focus: string | undefined, view: string,
 * }} Details
 */

/** @type {Map<string, ((detail: never) => void)[]>} */
const listeners = new Map();

/**
 * Call `fn(detail)` after each `emit` of any of the named events.
 * @template {string} Names
 * @param {Names} names separated by spaces
 * @param {(detail: Names extends keyof Details ? Details[Names] : undefined) => void} fn
 */
export function on(names, fn) {
  for (const name of names.split(" ")) {
    listeners.set(name, [...(listeners.get(name) ?? []), fn]);
  }
}

/**
 * @template {string} Name
 * @param {Name} name
 * @param {Name extends keyof Details ? Details[Name] : undefined} [detail]
 */
export function emit(name, detail) {
  for (const fn of listeners.get(name) ?? []) fn(/** @type {never} */ (detail));
}

/**
 * @param {string} id
 * @returns {Verdict}
 */
export const verdictOf = (id) => state.verdicts.get(id) ?? "undecided";

/**
 * Is the job queued or running?
 * @param {Pick<Job, "state">} job
 */
export const isActive = (job) => ["queued", "running", "stopping", "pausing"].includes(job.state);

/** Is a job of this project queued or running? One in the background keeps nothing from being done. */
export const busy = () => state.job !== null && isActive(state.job) && !state.job.background;

export function drawing() {
  return busy() && state.job?.kind === "generate" && state.job.round_id === state.roundId;
}

/**
 * @param {string | null} id
 * @param {string} [origin] the view under the pointer
 */
export function setHover(id, origin) {
  if (state.hover === id) return;
  state.hover = id;
  emit("hover", origin);
}

/**
 * @param {string | null} id
 * @param {string} [origin] the view that set the focus
 */
export function setFocus(id, origin) {
  if (id !== null && !state.candidates.has(id)) return;
  state.focus = id;
  emit("focus", origin);
}

/**
 * Replace the selection. A lasso also filters the grid by it; a Shift click does not.
 * @param {Iterable<string>} ids
 */
export function setSelection(ids, { filter = false } = {}) {
  state.selection = new Set(ids);
  if (filter && state.selection.size) state.filter = "selection";
  else if (!state.selection.size && state.filter === "selection") state.filter = "all";
  emit("selection");
}

/** @param {Filter} filter */
export function setFilter(filter) {
  state.filter = filter;
  emit("filter");
}

/**
 * Does the candidate match the current filter?
 * @param {string} id
 */
export function passes(id) {
  switch (state.filter) {
    case "suggested":
      return state.suggested.has(id);
    case "accepted":
      return state.verdicts.get(id) === "accepted";
    case "copies":
      return Boolean(state.candidates.get(id)?.copy);
    case "selection":
      return state.selection.has(id);
    default:
      return true;
  }
}

export function counts() {
  let accepted = 0;
  let copies = 0;
  for (const [id, candidate] of state.candidates) {
    if (state.verdicts.get(id) === "accepted") accepted += 1;
    if (candidate.copy) copies += 1;
  }
  return {
    suggested: state.suggested.size,
    accepted,
    copies,
    selection: state.selection.size,
    all: state.candidates.size,
  };
}
