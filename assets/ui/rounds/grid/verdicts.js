/** Accept, reject, undo, redo: optimistic updates, rolled back when the server rejects them. */
/** @import { Runs, Verdict } from "payloads" */
import { state, byItself, setFocus, verdictOf } from "../../app/store.js";
import { refresh, refreshSoon } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { ask } from "../../app/apply_poll.js";
import { toast } from "../../kit/toast.js";
import { batch } from "../../vendor/signals.min.js";

export const CHOICE = "choice"; // what messages of one's own choices are about

/**
 * @param {string[]} ids
 * @param {Verdict} verdict
 * @param {string | null} [part]
 */
function show(ids, verdict, part = null) {
  const [verdicts, masks] = [new Map(state.verdicts), new Map(state.masks)];
  for (const id of ids) {
    if (verdict === "undecided") verdicts.delete(id);
    else verdicts.set(id, verdict);
    if (part) masks.set(id, part);
    else masks.delete(id);
  }
  batch(() => Object.assign(state, { verdicts, masks }));
}

/** Say that the project decides by itself, if it does. */
export function decidesItself() {
  const words = byItself();
  if (words) toast(words);
  return Boolean(words);
}

/**
 * Give one verdict to several candidates, as one undo step. Resolves with whether it was saved.
 * @param {string[]} ids
 * @param {Verdict} verdict
 */
export async function decide(ids, verdict) {
  if (decidesItself()) return false;
  const changing = ids.filter((id) => verdictOf(id) !== verdict);
  if (!changing.length) return false;
  show(changing, verdict);
  const answer = await write("decide", { candidates: changing, verdict });
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
  if (decidesItself()) return false;
  const back = verdictOf(id) === verdict;
  if (back && state.masks.has(id))
    toast("Undone, with the painted part.", "plain", { label: "Restore", act: undo }, CHOICE);
  return decide([id], back ? "undecided" : verdict);
}

/**
 * Accept part of a picture; the mask is 255 where the picture is right. Resolves with whether it was saved.
 * @param {string} id
 * @param {Runs} mask
 */
export async function acceptInPart(id, mask) {
  if (decidesItself()) return false;
  show([id], "accepted", "kept soon");
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
 * Go to what was undone or redone: a suggestion among the images, or else the first.
 * @param {readonly string[]} ids
 */
function comeBack(ids) {
  const id = ids.find((one) => state.suggested.has(one)) ?? ids[0];
  if (id) setFocus(id, "undo");
}

/**
 * @param {"undo" | "redo"} name
 * @param {string} done
 * @param {string} empty
 */
async function step(name, done, empty) {
  const round = state.roundId;
  if (!round || decidesItself()) return;
  const answer = await write(name, { round });
  if (!answer || round !== state.roundId) return;
  if (!answer.what) return toast(empty);
  await refetch(); // it is told when it is seen
  if (round !== state.roundId) return;
  comeBack(answer.changed);
  toast(`${done}: ${answer.what}`, "plain", undefined, CHOICE);
}

export const undo = () => step("undo", "Undid", "There is nothing to undo in this round.");
export const redo = () => step("redo", "Redid", "There is nothing to redo in this round.");
