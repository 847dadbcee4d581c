/** Puts an answer of the poll into the store and tells the panels what changed; nothing else is touched. */
import { state, emit } from "./store.js";

let digests = {};
let doubts = 0;
const NOTHING = { counts: {}, digest: "" };
let candidateMark = NOTHING;

/** What the page has already, so that the server sends only the rest. */
export const known = () => ({ parts: digests, candidates: candidateMark });

/** Ask for a part again: what the page shows of it may be a guess. An answer that was asked for before does not count. */
export function ask(part) {
  doubts += 1;
  digests = { ...digests, [part]: `in doubt ${doubts}` };
}

/** Forget the shown round (and project): the next poll brings it whole. */
export function forget({ keepProject = false } = {}) {
  const { project, rounds, job, queue } = digests;
  digests = keepProject ? { project, rounds, job, queue } : { queue };
  candidateMark = NOTHING;
  Object.assign(state, {
    round: null,
    refinement: null,
    scores: [],
    scoreOf: new Map(),
    suggested: new Map(),
    hover: null,
    focus: null,
  });
  for (const part of ["candidates", "verdicts", "masks", "positions", "selection"]) state[part].clear();
  state.filter = "all";
  if (!keepProject) Object.assign(state, { project: null, rounds: [], job: null });
  emit("forget");
}

/** Take an answer to a poll that left with `sent`, what was known then. */
export function receive(answer, { sent, trustVerdicts }) {
  const { candidates } = answer;
  const sure = ([part]) => digests[part] === sent.parts[part]; // nobody has asked for it again since
  const parts = Object.fromEntries(Object.entries(answer.parts).filter(sure));
  if (answer.round && answer.round !== state.roundId) state.roundId = answer.round;
  digests = { ...digests, ...Object.fromEntries(Object.entries(answer.digests).filter(sure)) };
  if ("project" in parts) take("project", parts.project);
  if ("rounds" in parts) take("rounds", parts.rounds);
  if ("job" in parts) take("job", parts.job);
  if ("queue" in parts) take("queue", parts.queue);
  if ("round" in parts) take("round", parts.round);
  if ("refinement" in parts) take("refinement", parts.refinement);
  if (candidates && sent.candidates === candidateMark) takeCandidates(candidates);
  if ("scores" in parts) takeScores(parts.scores);
  if ("positions" in parts) {
    state.positions = new Map(Object.entries(parts.positions));
    emit("positions");
  }
  if ("verdicts" in parts || "masks" in parts) {
    if (trustVerdicts)
      takeVerdicts(parts.verdicts ?? plain(state.verdicts), parts.masks ?? plain(state.masks));
    else ["verdicts", "masks"].forEach(ask);
  }
  emit("received");
}

const plain = (map) => Object.fromEntries(map);

function take(part, value) {
  state[part] = value;
  emit(part);
}

function takeCandidates({ reset, items, mark }) {
  candidateMark = mark;
  if (reset) {
    state.candidates.clear();
    emit("cleared");
  }
  for (const item of items) state.candidates.set(item.id, item);
  if (reset || items.length) emit("candidates", items);
}

function takeScores(scores) {
  state.scores = scores;
  state.scoreOf = new Map(scores.map((score) => [score.anchor_id, score]));
  state.suggested = new Map(scores.filter((s) => s.suggested).map((s) => [s.suggested, s]));
  emit("scores");
}

/** All verdicts of the round, and the marks of the parts that were accepted. */
function takeVerdicts(verdicts, masks) {
  const changed = new Set();
  const next = new Map(Object.entries(verdicts));
  const parts = new Map(Object.entries(masks));
  for (const id of new Set([...parts.keys(), ...state.masks.keys()]))
    if (parts.get(id) !== state.masks.get(id)) changed.add(id);
  state.masks = parts;
  for (const [id, verdict] of next) if (state.verdicts.get(id) !== verdict) changed.add(id);
  for (const id of state.verdicts.keys()) if (!next.has(id)) changed.add(id);
  state.verdicts = next;
  if (changed.size) emit("verdicts", changed);
}
