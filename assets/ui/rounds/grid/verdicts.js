/** Accept, reject, undo, redo: optimistic updates, rolled back when the server rejects them. */
/** @import { Runs, Verdict } from "payloads" */
import { state, emit, verdictOf } from "../../app/store.js";
import { refresh, refreshSoon } from "../../app/session.js";
import { hold, write } from "../../app/writes.js";
import { ask } from "../../app/apply_poll.js";
import { toast } from "../../kit/toast.js";
import { byItself } from "../../measures/replay_words.js";

const DOUBLE_CLICK = 500; // ms, what systems allow between two clicks

/**
 * @param {string} id
 * @param {Verdict} verdict
 * @param {string | null} [part]
 */
function show(id, verdict, part = null) {
  if (verdict === "undecided") state.verdicts.delete(id);
  else state.verdicts.set(id, verdict);
  if (part) state.masks.set(id, part);
  else state.masks.delete(id);
}

/** Say that a replay decides by itself, if this is one. */
export function isReplay() {
  const words = byItself(state.replays);
  if (words) toast(words);
  return Boolean(words);
}

/**
 * Give one verdict to several candidates, as one undo step. Resolves with whether it was saved.
 * @param {string[]} ids
 * @param {Verdict} verdict
 */
export async function decide(ids, verdict) {
  if (isReplay()) return false;
  const changing = ids.filter((id) => verdictOf(id) !== verdict);
  if (!changing.length) return false;
  showAll(changing, verdict);
  return done(await write("decide", { candidates: changing, verdict }));
}

/**
 * @param {string[]} ids
 * @param {Verdict} verdict
 */
function showAll(ids, verdict) {
  for (const id of ids) show(id, verdict);
  emit("verdicts", new Set(ids));
}

/** @param {object | null} answer */
function done(answer) {
  if (answer) refreshSoon();
  else refetch();
  return Boolean(answer);
}

/** Invalidate the verdicts and what belongs to them, and fetch them again. */
function refetch() {
  ["verdicts", "masks", "weights"].forEach(ask);
  return refresh();
}

/**
 * Set a verdict, or clear it if it is already set. Clearing also discards the mask.
 * @param {string} id
 * @param {Verdict} verdict
 */
export function toggle(id, verdict) {
  if (isReplay()) return false;
  return decide([id], toggled(id, verdict));
}

/**
 * @param {string} id
 * @param {Verdict} verdict
 */
function toggled(id, verdict) {
  const back = verdictOf(id) === verdict;
  if (back && state.masks.has(id)) toast("Undone, with the painted part: Ctrl+Z brings both back.");
  return back ? "undecided" : verdict;
}

/**
 * Accept a picture or take that back, by a click that may be the first of two. It is shown at once and stored
 * when no second one can follow, so that a double click leaves no trace in the history.
 * @param {string} id
 * @returns {() => void} takes it back; where it is stored already, by a second decision
 */
export function clickOn(id) {
  if (isReplay()) return () => {};
  const before = verdictOf(id);
  const part = state.masks.get(id) ?? null;
  const verdict = toggled(id, "accepted");
  showAll([id], verdict);
  const held = hold("decide", { candidates: [id], verdict }, DOUBLE_CLICK);
  held.answer.then(done);
  return () => {
    if (!held.cancel()) return void decide([id], before); // a system that allows slower double clicks
    show(id, before, part);
    emit("verdicts", new Set([id]));
  };
}

/**
 * Accept part of a picture; the mask is 255 where the picture is right. Resolves with whether it was saved.
 * @param {string} id
 * @param {Runs} mask
 */
export async function acceptInPart(id, mask) {
  if (isReplay()) return false;
  show(id, "accepted", "kept soon");
  emit("verdicts", new Set([id]));
  const answer = await write("accept_in_part", { candidate: id, mask });
  refetch();
  return Boolean(answer);
}

/**
 * Set how much an accepted picture counts in later trainings; null: as its round.
 * @param {string} id
 * @param {number | null} weight
 */
export async function setWeight(id, weight) {
  await write("set_weight", { candidate: id, weight });
  refetch();
}

/**
 * Undo or redo until this step of the history is the last; null: the beginning.
 * @param {number | null} step
 */
export async function goTo(step) {
  await write("go_to", { round: state.roundId, step });
  return refetch();
}

/**
 * @param {"undo" | "redo"} name
 * @param {string} done
 * @param {string} empty
 */
async function step(name, done, empty) {
  const round = state.roundId;
  if (!round || isReplay()) return;
  const answer = await write(name, { round });
  if (!answer || round !== state.roundId) return;
  if (!answer.changed.length) return toast(empty);
  await refetch(); // it is told when it is seen
  if (round === state.roundId) toast(`${done}: ${answer.what}`);
}

export const undo = () => step("undo", "Undid", "There is nothing to undo in this round.");
export const redo = () => step("redo", "Redid", "There is nothing to redo in this round.");
