/** What is shown of a round: one suggestion after the other, all images, or a refinement. */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { keep, kept } from "../kit/kept.js";
import { renderOn } from "../app/watch.js";
import { drawing, emit, loaded, nothingSuggested, on, openSuggestions, state } from "../app/store.js";
import { html } from "../kit/html.js";
import { Segments } from "../kit/segments.js";
import { followed } from "./next_step.js";

/** @typedef {"review" | "refinement" | "candidates"} Side */
/** Of the browser: somebody who chose all images is not shown Review by itself. */
const KEY = "gal-studio-all-images";
const EVENTS = "side round refinement candidates scores verdicts received forget job busy";
/** @type {{ round: string | null, side: Side, byHand: boolean }} */
const now = { round: null, side: "candidates", byHand: false };

/**
 * Show another side of the round, because a person wants it.
 * @param {Side} side
 */
export function showSide(side) {
  Object.assign(now, { side, byHand: true });
  if (side !== "refinement") keep(KEY, side === "candidates" ? "1" : null);
  emit("side");
}

/** Is the refinement shown, rather than the images of its round? */
export const refinementShown = () => state.round?.refines === true && now.side === "refinement";

/** Are the suggestions shown one after the other? */
export const reviewShown = () => now.side === "review";

/** Are all images shown? */
export const candidatesShown = () => now.side === "candidates";

/** @param {RoundsParts} parts */
export function mountSides(parts) {
  on("side received forget job busy", decide); // not within a poll, which brings suggestions part by part
  on(EVENTS, () => {
    const refine = state.round?.refines === true;
    parts.sides.hidden = !refine && !canReview();
    parts.refine.hidden = now.side !== "refinement";
    parts.review.hidden = now.side !== "review";
    parts.columns.hidden = now.side !== "candidates";
  });
  renderOn(EVENTS, parts.sides, Sides);
}

const canReview = () =>
  (state.suggested.size > 0 || nothingSuggested()) && state.round?.complete === true && !drawing();

/** A round that has something to review, or nothing to suggest, opens with that, and stays so to the end. */
function decide() {
  const before = now.side;
  choose();
  if (now.side !== before) emit("side");
}

function choose() {
  if (!loaded()) return;
  const refine = state.round?.refines === true;
  if (now.round !== state.roundId)
    Object.assign(now, { round: state.roundId, side: refine ? "refinement" : "candidates", byHand: false });
  if (now.side === "refinement" && !refine) now.side = "candidates";
  if (now.side === "review" && !canReview()) now.side = "candidates";
  if (now.byHand || now.side !== "candidates" || !canReview() || followed()) return;
  if ((openSuggestions().length || nothingSuggested()) && kept(KEY) === null) now.side = "review";
}

function Sides() {
  /** @type {[name: Side, words: string][]} */
  const names = [["candidates", "All images"]];
  if (canReview()) names.unshift(["review", `Review ${(!followed() && openSuggestions().length) || "✓"}`]);
  if (state.round?.refines) names.unshift(["refinement", "Refinement"]);
  return html`<${Segments}
    label="What is shown of this round" chosen=${now.side} choose=${showSide} names=${names}
  />`;
}
