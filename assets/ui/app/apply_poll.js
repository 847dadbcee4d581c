/** Applies a poll response to the store. */
/** @import { Candidate, CandidateMark, NewCandidates, Parts, PollAnswer, Score } from "payloads" */
import { blank, blankImages, showImages, state, isFinished } from "./store.js";
import { batch } from "../vendor/signals.min.js";

/** The parts that the state has as they come. */
const PLAIN = /** @type {const} */ (["project", "rounds", "archived", "job", "queue", "measures", "round"]);
/** Those that it has as a `Map`. */
const MAPS = /** @type {const} */ (["positions", "weights", "tags", "verdicts", "masks"]);
/** All, with those that it has in yet another form; the rest are parts of features. @type {Set<string>} */
const OURS = new Set([...PLAIN, ...MAPS, "scores"]);
/** @type {Set<string>} */
const OF_ROUND = new Set(["round", ...MAPS, "scores"]);
/** A part of a feature is of one round: another round has its own. @param {string} part */
export const addRoundPart = (part) => OF_ROUND.add(part);
/**
 * What the person is changing here. It is taken only from a response that includes every change made so far:
 * an older one would set it back on the page, for the next press to save.
 */
const CHANGED_HERE = /** @type {const} */ (["project", "verdicts", "masks"]);
/** @type {Record<string, string>} */
let digests = {};
let invalidations = 0;
/** @type {CandidateMark} */
const NOTHING = { count: 0, digest: "" };
let candidateMark = NOTHING;

/** Digests of the state the page already holds, so that the server sends only what changed. */
export const known = () => ({ parts: digests, candidates: candidateMark });

/**
 * Invalidate a part, for example after an optimistic update, so that the next poll fetches it again.
 * Responses to requests sent before this call are stale and are ignored for this part.
 * @param {string} part
 */
export function ask(part) {
  invalidations += 1;
  digests = { ...digests, [part]: `invalid ${invalidations}` };
}

/**
 * What the page shows as marked by a person, before the studio has stored it; null: no mark. A poll brings
 * the pictures of which the studio says otherwise.
 * @param {Record<string, boolean | null>} marks by candidate id
 */
export function showsMarks(marks) {
  const shown = Object.entries({ ...candidateMark.marks, ...marks });
  /** @type {[string, boolean][]} */
  const marked = shown.flatMap(([id, copy]) => (copy === null ? [] : [[id, copy]]));
  candidateMark = { ...candidateMark, marks: Object.fromEntries(marked) };
}

/** The strip shows what was accepted in the round that is left, until a poll says it. */
function countAccepted() {
  const accepted = [...state.verdicts.values()].filter((verdict) => verdict === "accepted").length;
  state.rounds = state.rounds.map((one) => (one.id === state.roundId ? { ...one, accepted } : one));
}

/** Discard the state of the current round (and project), so that the next poll loads it in full. */
export function forget({ keepProject = false } = {}) {
  if (keepProject && state.candidates.size) countAccepted();
  /** @param {[string, unknown]} part */
  const kept = ([part]) => part === "queue" || (keepProject && !OF_ROUND.has(part));
  digests = Object.fromEntries(Object.entries(digests).filter(kept));
  candidateMark = NOTHING;
  batch(() => {
    blank("round");
    if (!keepProject) blank("project");
    else if (Object.keys(state.parts).some((part) => OF_ROUND.has(part)))
      state.parts = Object.fromEntries(Object.entries(state.parts).filter(([part]) => !OF_ROUND.has(part)));
  });
}

/**
 * Apply a poll response. `sent` is the value of `known()` when the request was sent, `upToDate` whether the
 * response includes every change made so far, and `untouched` whether none was made since.
 * @param {PollAnswer} answer
 * @param {{ sent: ReturnType<typeof known>, upToDate: boolean, untouched: boolean }} circumstances
 */
export function receive(answer, { sent, upToDate, untouched }) {
  const { candidates } = answer;
  const { roundId } = state;
  if (roundId && answer.round && answer.round !== roundId) forget({ keepProject: true }); // it was archived
  /** @param {[string, unknown]} part */
  const current = ([part]) => digests[part] === sent.parts[part]; // not invalidated since the request
  /** @type {Partial<Parts>} */
  const parts = Object.fromEntries(Object.entries(answer.parts).filter(current));
  if (answer.round && answer.round !== state.roundId) state.roundId = answer.round;
  digests = { ...digests, ...Object.fromEntries(Object.entries(answer.digests).filter(current)) };
  for (const part of upToDate ? [] : CHANGED_HERE)
    if (parts[part]) {
      // what a page shows first may lack a change on its way, but not what was stored before it
      const isFirst = part === "project" ? !state.project : untouched && sent.parts[part] === undefined;
      if (!isFirst) delete parts[part];
      if (!isFirst || part !== "project") ask(part);
    }
  if (parts.round && !state.round && !parts.verdicts) {
    delete parts.round; // a round comes as a whole: without its decisions it would show none
    ask("round");
    ask("verdicts");
  }
  for (const part of PLAIN) if (parts[part] !== undefined) Object.assign(state, { [part]: parts[part] });
  const added = Object.entries(parts).filter(([part]) => !OURS.has(part));
  const there = Object.entries(state.parts).filter(([part]) => part in answer.digests);
  if (added.length || there.length < Object.keys(state.parts).length)
    state.parts = Object.fromEntries([...there, ...added]);
  const isNews = candidates?.items.every(({ id }) => !state.candidates.has(id));
  if (candidates && sent.candidates === candidateMark && (isNews || upToDate)) takeCandidates(candidates);
  if (parts.scores) takeScores(parts.scores);
  for (const part of MAPS)
    if (parts[part]) Object.assign(state, { [part]: new Map(Object.entries(parts[part])) });
  state.polls += 1;
}

/** @param {NewCandidates} news */
function takeCandidates({ reset, items, mark }) {
  candidateMark = mark;
  const versions = new Map(items.map(({ id, version }) => [id, version]));
  const isSame = [...state.candidates.values()].every(({ id, version }) => versions.get(id) === version);
  // the same images that count otherwise, as after a mark that teaches the detectors, keep their places
  const keeps = reset && isSame && state.candidates.size > 0;
  if (reset && !keeps && state.candidates.size) blankImages();
  showImages(keeps ? items.filter(isChanged) : items);
}

/** @param {Candidate} item */
const isChanged = (item) => JSON.stringify(item) !== JSON.stringify(state.candidates.get(item.id));

/** How many pictures there were when the suggestion came: more pictures bring a new one. */
let suggestedOf = 0;

/**
 * The scores with the suggestion that was answered: what is finished stays finished when a mark or a decision
 * changes the figures, until there are more pictures.
 * @param {Score[]} scores
 * @returns {Score[]}
 */
function withAnswered(scores) {
  if (!isFinished() || state.candidates.size !== suggestedOf) return scores;
  const kept = new Map([...state.suggested.values()].map((score) => [score.anchor_id, score]));
  return scores.map((score) => {
    const was = kept.get(score.anchor_id);
    const { reason, why } = was ?? { reason: score.reason, why: "" };
    return { ...score, chosen: Boolean(was), suggested: was?.suggested ?? null, reason, why };
  });
}

/** @param {Score[]} news */
function takeScores(news) {
  const scores = withAnswered(news);
  suggestedOf = state.candidates.size;
  state.scores = scores;
  state.scoreOf = new Map(scores.map((score) => [score.anchor_id, score]));
  state.suggested = new Map(scores.flatMap((s) => (s.suggested ? [[s.suggested, s]] : [])));
}
