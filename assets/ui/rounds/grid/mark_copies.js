/** Say which pictures are copies of the reference: that counts instead of what the detectors say. */
/** @import { Candidate } from "payloads" */
import { showsMarks } from "../../app/apply_poll.js";
import { setSelection, showImages, state } from "../../app/store.js";
import { refresh, refreshSoon } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { count } from "../../kit/format.js";
import { toast } from "../../kit/toast.js";
import { CHOICE, decidesItself, undo } from "./verdicts.js";
import { marked } from "./copy_words.js";
import { changedBy, effectWords } from "./mark_effects.js";

/** @typedef {import("./mark_effects.js").Shown} Shown */
/** @typedef {{ round: string | null, shown: Shown, own: Set<string>, words: string }} Before */
/** @type {Before | null} what was shown before the first of several marks */
let before = null;

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
  before ??= {
    round: state.roundId,
    shown: { candidates: state.candidates, suggested: state.suggested },
    own: new Set(),
    words: "",
  };
  before.words = markedWords(pictures, copy);
  for (const { id } of pictures) before.own.add(id);
  const marks = Object.fromEntries(
    pictures.map((one) => [one.id, (one.copy_by_detectors !== "") === copy ? null : copy]),
  );
  showImages(pictures.map((one) => marked(one, marks[one.id])));
  showsMarks(marks);
  toast(before.words, "plain", { label: "Undo", act: undo }, CHOICE);
  const saved = Boolean(await write("mark_copies", { marks }));
  if (saved) refreshSoon().then(tellEffects);
  else refresh(); // it brings the marks that stand
  return saved;
}

/** Say what else the marks changed: other pictures that count as copies now, and the suggestion. */
function tellEffects() {
  const since = before;
  before = null;
  if (!since || since.round !== state.roundId) return;
  const changed = changedBy(since.shown, state, since.own);
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
