/** Say which pictures are copies of the reference: that counts instead of what the witnesses say. */
/** @import { Candidate } from "payloads" */
import { state, emit } from "../../app/store.js";
import { refreshSoon } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { count } from "../../kit/format.js";
import { toast } from "../../kit/toast.js";
import { isReplay } from "./verdicts.js";
import { marked, markOf } from "./witnesses.js";

/**
 * Mark pictures as copies, or as none if all of them are. Who agrees with the witnesses has said nothing.
 * Resolves with whether it was saved.
 * @param {string[]} ids
 */
export async function toggleCopies(ids) {
  if (isReplay()) return false;
  const before = find(ids).filter(({ remark }) => remark !== "flat");
  if (!before.length) return false;
  const copy = !before.every((one) => one.copy);
  const saved = await say(
    new Map(before.map((one) => [one.id, (one.copy_by_witnesses !== "") === copy ? null : copy])),
  );
  if (saved && before.length > 1)
    toast(`${count(before.length, "picture")} marked: ${copy ? "copies" : "not copies"}.`, "plain", {
      label: "Undo",
      act: () => say(new Map(before.map((one) => [one.id, markOf(one)]))),
    });
  return saved;
}

/**
 * Mark the selected pictures, or the focused one; `alone`: that one in any case.
 * @param {{ alone: boolean }} how
 */
export function toggleFocused({ alone }) {
  const ids = state.selection.size && !alone ? [...state.selection] : state.focus ? [state.focus] : [];
  return toggleCopies(ids);
}

/** @param {Iterable<string>} ids */
const find = (ids) => [...ids].flatMap((id) => state.candidates.get(id) ?? []);

/**
 * Store what is said of each picture, and show it at once; null leaves it to the witnesses.
 * @param {Map<string, boolean | null>} marks
 */
async function say(marks) {
  const before = find(marks.keys()); // of another round, they are not on the page
  show(before.map((one) => marked(one, marks.get(one.id) ?? null)));
  const answers = [true, false, null].map((copy) => {
    const candidates = [...marks.keys()].filter((id) => marks.get(id) === copy);
    return candidates.length ? write("mark_copies", { candidates, copy }) : true;
  });
  const saved = (await Promise.all(answers)).every(Boolean);
  if (saved) refreshSoon();
  else show(before);
  return saved;
}

/** @param {Candidate[]} candidates */
function show(candidates) {
  const here = candidates.filter(({ id }) => state.candidates.has(id));
  for (const one of here) state.candidates.set(one.id, one);
  emit("candidates", here);
}
