/** Accept, reject, undo, redo: shown at once, stored in order, and taken back when the store refuses. */
import { state, emit, verdictOf } from "./store.js";
import { call, refresh } from "./session.js";
import { write } from "./writes.js";
import { ask, takeVerdicts } from "./receive.js";
import { toast } from "./toast.js";

function show(id, verdict, part = null) {
  if (verdict === "undecided") state.verdicts.delete(id);
  else state.verdicts.set(id, verdict);
  if (part) state.masks.set(id, part);
  else state.masks.delete(id);
}

/** Give one verdict to several candidates, as one entry that one undo takes back. */
export function decide(ids, verdict) {
  const changing = ids.filter((id) => verdictOf(id) !== verdict);
  if (!changing.length) return Promise.resolve();
  for (const id of changing) show(id, verdict);
  emit("verdicts", new Set(changing));
  const round = state.roundId;
  return write(async () => {
    const answer = await call("rounds", "decide", { round, candidates: changing, verdict });
    if (!answer) askAgain();
  });
}

/** The store refused: show what it holds. */
function askAgain() {
  ["verdicts", "masks"].forEach(ask);
  return refresh();
}

/** A click accepts; a second click takes the verdict back. */
export function toggle(id, verdict) {
  return decide([id], verdictOf(id) === verdict ? "undecided" : verdict);
}

/** Accept a picture in part; `mask` is `{width, height, runs}`, 255 where the picture is right. */
export function acceptInPart(id, mask) {
  show(id, "accepted", "kept soon");
  emit("verdicts", new Set([id]));
  return write(async () => {
    const answer = await call("rounds", "accept_in_part", { candidate: id, mask });
    if (!answer) return askAgain();
    return takeVerdicts(answer.verdicts, answer.masks);
  });
}

async function step(name, empty) {
  const round = state.roundId;
  if (!round) return;
  await write(async () => {
    const answer = await call("rounds", name, { round });
    if (!answer || round !== state.roundId) return;
    takeVerdicts(answer.verdicts, answer.masks);
    if (!answer.changed) toast(empty);
  });
}

export const undo = () => step("undo", "There is nothing to undo in this round.");
export const redo = () => step("redo", "There is nothing to redo in this round.");
