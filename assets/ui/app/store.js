/** The page's state, made of signals. A cache: the server is the source of truth. */
/** @import { ArchivedRound, Candidate, Job, Measures, Parts, Project, Queue } from "payloads" */
/** @import { ProjectKind, Round, RoundSummary, Score, Verdict } from "payloads" */
/** @import { Signal } from "../vendor/signals.min.js" */
import { batch, effect, signal, untracked } from "../vendor/signals.min.js";
import { TAUGHT } from "./kinds.js";

/**
 * @typedef {object} State
 * @property {string | null} projectId
 * @property {string | null} roundId
 * @property {string} step the screen: reference, rounds or results; empty before the page has started
 * @property {string} view the tab of the Rounds screen, as a person chose it
 * @property {string} shownView the tab that is open: Curves by itself, while the map is empty
 * @property {number} polls how many answers of the studio have been applied
 * @property {Project | null} project
 * @property {RoundSummary[]} rounds the strip
 * @property {ArchivedRound[]} archived the rounds that the strip hides, to be brought back
 * @property {Job | null} job
 * @property {Queue} queue the work of all projects
 * @property {Round | null} round
 * @property {Score[]} scores in order of priority
 * @property {Map<string, Score>} scoreOf scores by test prompt id
 * @property {Map<string, Candidate>} candidates by id, in order of creation
 * @property {Map<string, Score>} suggested scores by suggested candidate id
 * @property {Map<string, Verdict>} verdicts by candidate id; missing means undecided
 * @property {Map<string, number>} weights by candidate id: set by hand
 * @property {Map<string, string[]>} tags of one's own, by candidate id
 * @property {Map<string, string>} masks by candidate id: version of the mask of a partial acceptance
 * @property {Measures | null} measures the test set, measured round by round
 * @property {Partial<Parts>} parts those that features add
 * @property {Map<string, [number, number]>} positions by candidate or reference id
 * @property {Filter} filter
 * @property {Set<string>} selection
 * @property {string | null} hover
 * @property {string} hoveredIn the view under the pointer
 * @property {string | null} focus
 * @property {{ by: string }} focusing the view that set the focus; a new object whenever it is set
 */

/**
 * @typedef {"suggested" | "accepted" | "rejected" | "undecided" | "copies" | "selection" | "all"} Group
 * @typedef {Group | `tag:${string}`} Filter a group, or the images with a tag
 */

/** What the state has of the shown round, before anything of it has come. */
export const blankRound = () => ({
  round: null,
  scores: [],
  scoreOf: new Map(),
  candidates: new Map(),
  suggested: new Map(),
  verdicts: new Map(),
  masks: new Map(),
  weights: new Map(),
  tags: new Map(),
  positions: new Map(),
  filter: /** @type {Filter} */ ("all"),
  selection: new Set(),
  hover: null,
  hoveredIn: "",
  focus: null,
  focusing: { by: "" },
});

/** The same of the open project. */
export const blankProject = () => ({
  project: null,
  rounds: [],
  archived: [],
  job: null,
  measures: null,
  parts: {},
});

/**
 * An object whose fields are signals: a component or an effect that reads one follows it. They are replaced,
 * and never changed within.
 * @template {object} Fields
 * @param {Fields} fields
 */
export function followed(fields) {
  const made = /** @type {Fields} */ ({});
  for (const [name, first] of Object.entries(fields)) {
    const one = signal(first);
    Object.defineProperty(made, name, {
      enumerable: true,
      get: () => one.value,
      set: (value) => {
        one.value = value;
      },
    });
  }
  return made;
}

/** @type {State} */
export const state = followed({
  projectId: null,
  roundId: null,
  step: "",
  view: "map",
  shownView: "map",
  polls: 0,
  queue: { working: [], waiting: [], halted: [] },
  ...blankProject(),
  ...blankRound(),
});

/**
 * Call `act` with what `of` reads, now and whenever that has changed, until the returned function is called.
 * @template Value
 * @param {() => Value} of
 * @param {(value: Value) => unknown} act
 */
export const whenever = (of, act) =>
  effect(() => {
    const value = of();
    untracked(() => act(value));
  });

/** @type {{ round: (() => void)[], project: (() => void)[] }} */
const blanks = { round: [], project: [] };

/**
 * @template Value
 * @param {() => Value} first
 * @param {(() => void)[]} blank
 * @returns {Signal<Value>}
 */
function blankWith(first, blank) {
  const own = signal(first());
  blank.push(() => {
    own.value = first();
  });
  return own;
}

/** A signal that has its first value again in another round. @template Value @param {() => Value} first */
export const ofRound = (first) => blankWith(first, blanks.round);

/** The same for another project. @template Value @param {() => Value} first */
export const ofProject = (first) => blankWith(first, blanks.project);

/** Forget all that is shown of the round, or of the project. @param {"round" | "project"} what */
export function blank(what) {
  Object.assign(state, what === "round" ? blankRound() : blankProject());
  for (const each of blanks[what]) each();
}

/** Show images of the round, new ones or others in their places. @param {Candidate[]} images */
export function showImages(images) {
  const known = new Map(state.candidates);
  for (const one of images) known.set(one.id, one);
  if (images.length) state.candidates = known;
}

/** Forget the images of the round, and what was made of them: others take their place. */
export function blankImages() {
  state.candidates = new Map();
  for (const each of blanks.round) each();
}

/**
 * @param {string} id
 * @returns {Verdict}
 */
export const verdictOf = (id) => state.verdicts.get(id) ?? "undecided";

function answeredAnchors() {
  /** @type {Set<string>} */
  const answered = new Set();
  for (const [id, verdict] of state.verdicts)
    if (verdict === "accepted") answered.add(state.candidates.get(id)?.anchor_id ?? "");
  return answered;
}

/** Has every suggested test prompt an accepted picture? Where one is left out, another may be suggested. */
export function isFinished() {
  const answered = answeredAnchors();
  return (
    state.suggested.size > 0 && [...state.suggested.values()].every((one) => answered.has(one.anchor_id))
  );
}

/** Why nothing is decided by hand in the project, as a feature says; empty where it is. */
export const byItself = () => state.parts.actions?.by_itself ?? "";

/** Is nothing suggested or accepted, and a list of what looks right in its place? */
export const nothingSuggested = () =>
  !state.suggested.size &&
  Boolean(state.round?.shortlist) &&
  !byItself() &&
  ![...state.verdicts.keys()].some((id) => verdictOf(id) === "accepted");

/** The suggested candidates without a verdict, of test prompts without an accepted picture. */
export function openSuggestions() {
  const answered = answeredAnchors();
  return [...state.suggested]
    .filter(([id, score]) => verdictOf(id) === "undecided" && !answered.has(score.anchor_id))
    .map(([id]) => id);
}

/**
 * Has the studio told what is in a round, by default in the one to be shown? Before, no count and no lack of
 * it is known.
 */
export const loaded = (id = state.roundId) =>
  state.project !== null && state.round !== null && state.round.id === id;

/** Is a project named of whose round the studio has not told yet what is in it? */
export const loading = () => state.projectId !== null && !loaded();

/** @param {Pick<Job, "state">} job */
export const isActive = (job) => ["queued", "running", "stopping", "pausing"].includes(job.state);

/** Is a job of this project queued or running? One in the background keeps nothing from being done. */
export const busy = () => state.job !== null && isActive(state.job) && !state.job.background;

/**
 * The work of these kinds that runs or waits for a round, by default the shown one; the project's job may be
 * another one.
 * @param {readonly string[]} kinds
 */
export const workHere = (kinds, round = state.roundId) =>
  [...state.queue.working, ...state.queue.waiting].find(
    (job) => job.round_id === round && kinds.includes(job.kind),
  ) ?? null;

export function drawing() {
  return busy() && state.job?.kind === "generate" && state.job.round_id === state.roundId;
}

/**
 * @param {string | null} id
 * @param {string} [origin] the view under the pointer
 */
export function setHover(id, origin) {
  if (state.hover === id) return;
  state.hoveredIn = origin ?? "";
  state.hover = id;
}

/**
 * @param {string | null} id
 * @param {string} [origin] the view that set the focus
 */
export function setFocus(id, origin) {
  if (id !== null && !state.candidates.has(id)) return;
  batch(() => {
    state.focus = id;
    state.focusing = { by: origin ?? "" };
    if (state.hover !== id) setHover(null); // until the pointer moves again
  });
}

/**
 * Replace the selection. A lasso also filters the grid by it; a Shift click does not.
 * @param {Iterable<string>} ids
 */
export function setSelection(ids, { filter = false } = {}) {
  batch(() => {
    state.selection = new Set(ids);
    if (filter && state.selection.size) state.filter = "selection";
    else if (!state.selection.size && state.filter === "selection") state.filter = "all";
  });
}

/** @param {Filter} filter */
export function setFilter(filter) {
  state.filter = filter;
}

/** What the filter by a tag begins with. */
export const TAG = "tag:";

/**
 * @param {Filter} filter
 * @returns {filter is `tag:${string}`}
 */
export const isTag = (filter) => filter.startsWith(TAG);

/**
 * @param {string} id
 * @param {string} tag
 */
export const hasTag = (id, tag) => state.tags.get(id)?.includes(tag) ?? false;

/** The tags of the round with the number of their images, in alphabetical order. */
export function tagCounts() {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const tags of state.tags.values()) for (const tag of tags) found.set(tag, (found.get(tag) ?? 0) + 1);
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

/** @param {string | undefined} anchor */
export const imagesOf = (anchor) =>
  [...state.candidates.values()].filter((one) => one.anchor_id === anchor && !one.own);

/** Does the candidate match the current filter? @param {string} id */
export function passes(id) {
  switch (state.filter) {
    case "suggested":
      return state.suggested.has(id);
    case "accepted":
    case "rejected":
    case "undecided":
      return verdictOf(id) === state.filter;
    case "copies":
      return Boolean(state.candidates.get(id)?.copy);
    case "selection":
      return state.selection.has(id);
    default:
      return !isTag(state.filter) || hasTag(id, state.filter.slice(TAG.length));
  }
}

/** Are there references to copy? A project that judges LoRAs may have none: then nobody knows of copies. */
export const isJudged = () => state.project?.references.length !== 0;

/**
 * The references to show where there is room for some: of several objects, one of each first.
 * @param {number} most
 */
export function someReferences(most) {
  const objects = (state.project?.subjects ?? []).map(({ references }) => references);
  const turns = Math.max(0, ...objects.map(({ length }) => length));
  const inTurn = Array.from({ length: turns }, (_, at) => objects.flatMap((own) => own[at] ?? []));
  return inTurn.flat().slice(0, most);
}

/**
 * Whether a picture is a copy, in words; empty where nobody knows.
 * @param {{ copy: boolean }} picture
 */
export const copyOrNot = ({ copy }) => (copy ? "copy" : isJudged() ? "not a copy" : "");

/** What a project learns; a style where there is none. @param {{ kind: ProjectKind } | null} project */
export const taughtIn = (project) => TAUGHT[project?.kind ?? "style"];

export function counts() {
  let accepted = 0;
  let rejected = 0;
  let copies = 0;
  for (const [id, candidate] of state.candidates) {
    if (state.verdicts.get(id) === "accepted") accepted += 1;
    if (state.verdicts.get(id) === "rejected") rejected += 1;
    if (candidate.copy) copies += 1;
  }
  return {
    suggested: state.suggested.size,
    accepted,
    rejected,
    undecided: state.candidates.size - accepted - rejected,
    copies,
    selection: state.selection.size,
    all: state.candidates.size,
  };
}
