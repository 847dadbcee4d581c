/** Say which pictures are copies of the reference: that counts instead of what the detectors say. */
/** @import { Candidate } from "payloads" */
import { showsMarks } from "../../app/apply_poll.js";
import { state, emit } from "../../app/store.js";
import { refresh, refreshSoon } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { count } from "../../kit/format.js";
import { toast } from "../../kit/toast.js";
import { isReplay } from "./verdicts.js";
import { marked } from "./copy_words.js";

/**
 * Mark pictures as copies, or as none if all of them are, as one undo step. Who agrees with the detectors has
 * said nothing. Resolves with whether it was saved.
 * @param {string[]} ids
 */
export async function toggleCopies(ids) {
  if (isReplay()) return false;
  const before = ids
    .flatMap((id) => state.candidates.get(id) ?? [])
    .filter(({ remark }) => remark !== "flat");
  if (!before.length) return false;
  const copy = !before.every((one) => one.copy);
  const marks = Object.fromEntries(
    before.map((one) => [one.id, (one.copy_by_detectors !== "") === copy ? null : copy]),
  );
  show(before.map((one) => marked(one, marks[one.id])));
  showsMarks(marks);
  toast(`${markedWords(before, copy)} Ctrl+Z takes it back.`);
  const saved = Boolean(await write("mark_copies", { marks }));
  if (saved) refreshSoon();
  else refresh(); // it brings the marks that stand
  return saved;
}

/**
 * @param {Candidate[]} pictures
 * @param {boolean} copy
 */
function markedWords(pictures, copy) {
  if (pictures.length === 1) return copy ? "Marked as a copy." : "Marked as not a copy.";
  return `${count(pictures.length, "image")} marked: ${copy ? "copies" : "not copies"}.`;
}

/**
 * Mark the selected pictures, or the focused one; `alone`: that one in any case.
 * @param {{ alone: boolean }} how
 */
export function toggleFocused({ alone }) {
  const ids = state.selection.size && !alone ? [...state.selection] : state.focus ? [state.focus] : [];
  return toggleCopies(ids);
}

/** @param {Candidate[]} candidates of another round, they are not on the page */
function show(candidates) {
  const here = candidates.filter(({ id }) => state.candidates.has(id));
  for (const one of here) state.candidates.set(one.id, one);
  emit("candidates", here);
}
