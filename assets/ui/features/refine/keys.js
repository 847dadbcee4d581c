/** The keys of an enlarged pair, and of the side that a refinement opens with. */
/** @import { Act } from "../../rounds/keys.js" */
import { above } from "../../kit/dom.js";
import { ownShown } from "../../rounds/sides.js";
import { closePair, pairOpen, togglePairHeat, turnPair } from "./pair_view.js";
import { refining } from "../../rounds/next_step.js";
import { stepPainting } from "./refine.js";

/**
 * What a key does; undefined where none of these is open.
 * @param {KeyboardEvent} event
 * @param {string} key
 * @returns {Act | null | undefined}
 */
export function refinementKeys(event, key) {
  if (pairOpen()) return pairAction(event, key);
  return refining() && ownShown() ? refinementAction(event, key) : undefined;
}

/**
 * @param {KeyboardEvent} event
 * @param {string} key
 * @returns {Act | null}
 */
function pairAction(event, key) {
  if (key === "Escape") return closePair;
  if (key === "h") return togglePairHeat;
  const turn = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  return turn && !above(event.target, "input") ? () => turnPair(turn) : null;
}

/**
 * @param {KeyboardEvent} event
 * @param {string} key
 * @returns {Act | null}
 */
function refinementAction(event, key) {
  if (!event.ctrlKey && !event.metaKey) return null;
  if (key === "z") return () => stepPainting(event.shiftKey ? "redo_painting" : "undo_painting");
  return key === "y" ? () => stepPainting("redo_painting") : null;
}
