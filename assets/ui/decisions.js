/** Accept, reject, undo, redo: shown at once, stored in order, and taken back when the store refuses. */
import { state, emit, verdictOf } from "./store.js";
import { call, refresh } from "./session.js";
import { write } from "./writes.js";
import { takeVerdicts } from "./receive.js";
import { toast } from "./toast.js";

function show(id, verdict) {
  if (verdict === "undecided") state.verdicts.delete(id);
  else state.verdicts.set(id, verdict);
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
    if (!answer) refresh();
  });
}

/** A click accepts; a second click takes the verdict back. */
export function toggle(id, verdict) {
  return decide([id], verdictOf(id) === verdict ? "undecided" : verdict);
}

async function step(name, empty) {
  const round = state.roundId;
  if (!round) return;
  await write(async () => {
    const answer = await call("rounds", name, { round });
    if (!answer || round !== state.roundId) return;
    takeVerdicts(answer.verdicts);
    if (!answer.changed) toast(empty);
  });
}

export const undo = () => step("undo", "There is nothing to undo in this round.");
export const redo = () => step("redo", "There is nothing to redo in this round.");
