/** The previews of a training as slots in which they appear: those that are there, and those to come. */
/** @import { Preview } from "payloads" */

/**
 * `drawing` is the one that is drawn now.
 * @typedef {{ step: number, preview: Preview | null, drawing: boolean }} Slot
 */

const MOST_EMPTY = 12;

/**
 * @param {{ previews: Preview[], every: number, done: number, total: number, wanted: boolean }} training
 *   `every`: steps from one preview to the next, 0 for none; `wanted`: one is drawn now or at the next step
 * @returns {Slot[]} in order
 */
export function slotsOf({ previews, every, done, total, wanted }) {
  /** @type {Map<number, Slot>} */
  const slots = new Map(
    previews.map((preview) => [preview.step, { step: preview.step, preview, drawing: false }]),
  );
  const next = every ? Math.max(every, Math.ceil((done || 1) / every) * every) : 0;
  if (wanted) {
    const due = next && done === next ? next : done + 1;
    if (!slots.has(due)) slots.set(due, { step: due, preview: null, drawing: true });
  }
  let empty = 0;
  for (let step = next; every && step <= total && empty < MOST_EMPTY; step += every) {
    if (slots.has(step)) continue;
    slots.set(step, { step, preview: null, drawing: false });
    empty += 1;
  }
  return [...slots.values()].sort((a, b) => a.step - b.step);
}
