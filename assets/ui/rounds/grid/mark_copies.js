/** Say which pictures are copies of the reference: that counts instead of what the detectors say. */
/** @import { Candidate } from "payloads" */
import { showsMarks } from "../../app/apply_poll.js";
import { ofRound, setSelection, showImages, state } from "../../app/store.js";
import { refresh, refreshSoon } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { count } from "../../kit/format.js";
import { toast } from "../../kit/toast.js";
import { CHOICE, decidesItself, undo } from "./verdicts.js";
import { marked } from "./copy_words.js";
import { changedBy, effectWords } from "./mark_effects.js";

/** @typedef {import("./mark_effects.js").Shown} Shown */
/** @typedef {{ shown: Shown, own: string[], words: string }} Before */
/** What was shown before the first of several marks, the pictures marked, and what was said last. */
const before = ofRound(() => /** @type {Before | null} */ (null));

/**
 * Mark pictures as copies, or as none if all of them are, as one undo step. Who agrees with the detectors has
 * said nothing. Resolves with whether it was saved.
 * @param {string[]} ids
 */
export async function toggleCopies(ids) {
  if (decidesItself()) return false;
  const pictures = ids
    .flatMap((id) => state.candidates.get(id) ?? [])
    .filter(({ remark }) => remark !== "flat");
  if (!pictures.length) return false;
  const copy = !pictures.every((one) => one.copy);
  const { candidates, suggested } = state;
  const { shown, own } = before.value ?? { shown: { candidates, suggested }, own: [] };
  const words = markedWords(pictures, copy);
  before.value = { shown, own: [...own, ...pictures.map(({ id }) => id)], words };
  const marks = Object.fromEntries(
    pictures.map((one) => [one.id, (one.copy_by_detectors !== "") === copy ? null : copy]),
  );
  showImages(pictures.map((one) => marked(one, marks[one.id])));
  showsMarks(marks);
  toast(words, "plain", { label: "Undo", act: undo }, CHOICE);
  const saved = Boolean(await write("mark_copies", { marks }));
  if (saved) refreshSoon().then(tellEffects);
  else refresh(); // it brings the marks that stand
  return saved;
}

/** Say what else the marks changed: other pictures that count as copies now, and the suggestion. */
function tellEffects() {
  const since = before.value;
  before.value = null;
  if (!since) return;
  const changed = changedBy(since.shown, state, new Set(since.own));
  const words = effectWords(changed);
  const others = [...changed.copies, ...changed.cleared];
  const show = { label: "Show", act: () => setSelection(others, { filter: true }) };
  if (words) toast(`${since.words} ${words}`, "plain", others.length ? show : undefined, CHOICE);
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
