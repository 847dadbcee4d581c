/** What else a mark changes: the suggestion, and other images once it counts for them. */
/** @import { Candidate, MarkEffect, Score } from "payloads" */
import { count, listed } from "../../kit/format.js";

/** @typedef {{ candidates: Map<string, Pick<Candidate, "copy">>, suggested: Map<string, Score> }} Shown */
/** @typedef {{ copies: string[], cleared: string[], gone: string[], come: string[] }} Changed */

/**
 * "With your 3 marks applied to all images, 28 more would become copies."; empty if nothing would change.
 * @param {Pick<MarkEffect, "marks" | "copies" | "cleared" | "elsewhere">} effect
 */
export function wouldChange({ marks, copies, cleared, elsewhere }) {
  const here = [
    copies.length ? `${copies.length} more would become ${copies.length === 1 ? "a copy" : "copies"}` : "",
    cleared.length ? `${cleared.length} would no longer be ${cleared.length === 1 ? "one" : "copies"}` : "",
    elsewhere ? `${count(elsewhere, "image")} of other rounds would change` : "",
  ].filter(Boolean);
  return here.length ? `With your ${count(marks, "mark")} applied to all images, ${listed(here)}.` : "";
}

/**
 * The other pictures that count otherwise now, and the test prompts that left or joined the suggestion.
 * @param {Shown} before
 * @param {Shown} now
 * @param {ReadonlySet<string>} own the pictures that were marked
 * @returns {Changed}
 */
export function changedBy(before, now, own) {
  const others = [...now.candidates].filter(
    ([id, { copy }]) => !own.has(id) && copy !== (before.candidates.get(id)?.copy ?? copy),
  );
  const heads = (/** @type {Shown} */ shown) => [...shown.suggested.values()].map(({ head }) => head);
  const [were, are] = [heads(before), heads(now)];
  return {
    copies: others.filter(([, { copy }]) => copy).map(([id]) => id),
    cleared: others.filter(([, { copy }]) => !copy).map(([id]) => id),
    gone: were.filter((head) => !are.includes(head)),
    come: are.filter((head) => !were.includes(head)),
  };
}

/**
 * "9 others now count as copies. Candy replaces Beach scene."; empty if nothing else changed.
 * @param {Changed} changed
 */
export function effectWords({ copies, cleared, gone, come }) {
  const many = (
    /** @type {readonly unknown[]} */ list,
    /** @type {string} */ one,
    /** @type {string} */ more,
  ) => (list.length === 1 ? one : more);
  const others = (/** @type {string[]} */ list) => `${list.length} ${many(list, "other", "others")}`;
  return [
    copies.length ? `${others(copies)} now ${many(copies, "counts as a copy", "count as copies")}.` : "",
    cleared.length
      ? `${others(cleared)} no longer ${many(cleared, "counts as a copy", "count as copies")}.`
      : "",
    come.length && gone.length
      ? `${listed(come)} ${many(come, "replaces", "replace")} ${listed(gone)}.`
      : come.length
        ? `${listed(come)} ${many(come, "is", "are")} suggested now.`
        : gone.length
          ? `${listed(gone)} ${many(gone, "is", "are")} no longer suggested.`
          : "",
  ]
    .filter(Boolean)
    .join(" ");
}
