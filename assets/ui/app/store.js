/** What the page knows, in one place; panels listen to the parts that they show. Truth lives on the server. */

export const state = {
  projectId: null,
  roundId: null,
  step: "reference",
  project: null, // {id, name, kind, model, trigger_word, references: [{id, prompt}], ...}
  rounds: [], // the strip: [{id, number, parent_id, accepted, state, cover}]
  job: null,
  queue: { working: [], waiting: [], halted: [] }, // the work of all projects
  round: null, // {id, number, step, openness, expected, ...}
  scores: [], // in order of priority
  scoreOf: new Map(), // anchor id -> score
  candidates: new Map(), // candidate id -> candidate, in order of creation
  suggested: new Map(), // candidate id -> score of its anchor
  verdicts: new Map(), // candidate id -> "accepted" | "rejected"
  masks: new Map(), // candidate id -> a mark of the part that was accepted of it
  refinement: null, // what a round of kind refine is made of: {step, pairs, measured, ...}
  positions: new Map(), // candidate or reference id -> [x, y]
  filter: "all",
  colour: "anchor",
  selection: new Set(),
  hover: null,
  focus: null,
};

const listeners = new Map();

/** Call `fn(detail)` after each `emit` of any of the named events. */
export function on(names, fn) {
  for (const name of names.split(" ")) {
    if (!listeners.has(name)) listeners.set(name, []);
    listeners.get(name).push(fn);
  }
}

export function emit(name, detail) {
  for (const fn of listeners.get(name) ?? []) fn(detail);
}

export const verdictOf = (id) => state.verdicts.get(id) ?? "undecided";

/** Does work of this project wait or run? */
export function busy() {
  return Boolean(state.job && ["queued", "running", "stopping", "pausing"].includes(state.job.state));
}

export function drawing() {
  return busy() && state.job.kind === "generate" && state.job.round_id === state.roundId;
}

export function setHover(id, origin) {
  if (state.hover === id) return;
  state.hover = id;
  emit("hover", origin);
}

export function setFocus(id, origin) {
  if (id !== null && !state.candidates.has(id)) return;
  state.focus = id;
  emit("focus", origin);
}

/** Replace the selection. A lasso also filters the grid by it; a Shift click does not. */
export function setSelection(ids, { filter = false } = {}) {
  state.selection = new Set(ids);
  if (filter && state.selection.size) state.filter = "selection";
  else if (!state.selection.size && state.filter === "selection") state.filter = "all";
  emit("selection");
}

export function setFilter(filter) {
  state.filter = filter;
  emit("filter");
}

/** Does the current filter let this candidate through? */
export function passes(id) {
  switch (state.filter) {
    case "suggested":
      return state.suggested.has(id);
    case "accepted":
      return state.verdicts.get(id) === "accepted";
    case "copies":
      return state.candidates.get(id).copy;
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
