/** Say whether pictures are like the reference: that counts instead of what the witnesses say. */
/** @import { Candidate } from "../../app/types/payloads.d.ts" */
import { state, emit } from "../../app/store.js";
import { refreshSoon } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { isReplay } from "./verdicts.js";
import { marked } from "./witnesses.js";

/**
 * Call pictures like the reference, or unlike it if all of them are like it. Who agrees with the witnesses
 * has said nothing. Resolves with whether it was saved.
 * @param {string[]} ids
 */
export async function toggleCopies(ids) {
  if (isReplay()) return false;
  const before = ids
    .flatMap((id) => state.candidates.get(id) ?? [])
    .filter(({ remark }) => remark !== "flat");
  if (!before.length) return false;
  const copy = !before.every((one) => one.copy);
  /** @param {Candidate} one */
  const agrees = (one) => (one.copy_by_witnesses !== "") === copy;
  const saved = await Promise.all([
    mark(before.filter(agrees), null),
    mark(
      before.filter((one) => !agrees(one)),
      copy,
    ),
  ]);
  if (saved.every(Boolean)) refreshSoon();
  else show(before);
  return saved.every(Boolean);
}

/**
 * Mark the selected pictures, or the focused one; `alone`: that one in any case.
 * @param {{ alone: boolean }} how
 */
export function toggleFocused({ alone }) {
  const ids = state.selection.size && !alone ? [...state.selection] : state.focus ? [state.focus] : [];
  return toggleCopies(ids);
}

/**
 * @param {Candidate[]} candidates
 * @param {boolean | null} copy
 */
function mark(candidates, copy) {
  if (!candidates.length) return true;
  show(candidates.map((one) => marked(one, copy)));
  return write("mark_copies", { candidates: candidates.map(({ id }) => id), copy });
}

/** @param {Candidate[]} candidates */
function show(candidates) {
  for (const one of candidates) state.candidates.set(one.id, one);
  emit("candidates", candidates);
}
