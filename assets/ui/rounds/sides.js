/** What is shown of a round: what the choice before changed, Review, all images, or what a feature adds. */
/** @import { Round } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { keep, kept } from "../kit/kept.js";
import { renderOn } from "../app/watch.js";
import { drawing, emit, loaded, nothingSuggested, on, openSuggestions, state } from "../app/store.js";
import { el } from "../kit/dom.js";
import { html } from "../kit/html.js";
import { Segments } from "../kit/segments.js";
import { hasChanges } from "./changes.js";
import { followed } from "./next_step.js";

/** @typedef {string} Side `changed`, `review`, `candidates`, or the name of an added one */
/** Of the browser: somebody who chose all images is not shown Review by itself. */
const KEY = "gal-studio-all-images";
/** Of the browser: the rounds that do not open with what changed any more. */
const SEEN = "gal-studio-changes-closed";
const EVENTS = "side round candidates scores verdicts received forget job busy";
/** @type {{ round: string | null, side: Side, byHand: boolean }} */
const now = { round: null, side: "candidates", byHand: false };

/**
 * A side that opens first in the rounds that have it.
 * @typedef {{ name: string, words: string, has: (round: Round) => boolean,
 *   mount: (box: HTMLElement) => void }} Added
 * @type {Added[]}
 */
const added = [];
export const addSide = (/** @type {Added} */ side) => added.push(side);
const own = () => added.find(({ has }) => state.round && has(state.round));

/**
 * Show another side of the round, because a person wants it; `forNow`, nothing is kept of that.
 * @param {Side} side
 */
export function showSide(side, { forNow = false } = {}) {
  if (now.side === "changed") keep(SEEN, [...seen(), now.round].slice(-100).join(" "));
  Object.assign(now, { side, byHand: true });
  if (!forNow && side !== own()?.name && side !== "changed") keep(KEY, side === "candidates" ? "1" : null);
  emit("side");
}

/** Is the side of a feature shown, rather than the images of the round? */
export const ownShown = () => own()?.name === now.side;

/** Are the suggestions shown one after the other? */
export const reviewShown = () => now.side === "review";

/** Is shown what the choice of the round before changed? */
export const changesShown = () => now.side === "changed";

/** Are all images shown? */
export const candidatesShown = () => now.side === "candidates";

/** @param {RoundsParts} parts */
export function mountSides(parts) {
  on("side received forget job busy", decide); // not within a poll, which brings suggestions part by part
  const boxes = added.map(({ name, mount }) => {
    const box = el("div", { class: "columns side-columns", hidden: true });
    parts.review.before(box);
    mount(box);
    return { name, box };
  });
  on(EVENTS, () => {
    parts.sides.hidden = !own() && !canReview() && !hasChanges();
    parts.changes.hidden = now.side !== "changed";
    for (const { name, box } of boxes) box.hidden = now.side !== name;
    parts.review.hidden = now.side !== "review";
    parts.columns.hidden = now.side !== "candidates";
  });
  renderOn(EVENTS, parts.sides, Sides);
}

const seen = () => (kept(SEEN) ?? "").split(" ").filter(Boolean);

export function canReview() {
  return (state.suggested.size > 0 || nothingSuggested()) && state.round?.complete === true && !drawing();
}

/** A round that has something to review, or nothing to suggest, opens with that, and stays so to the end. */
function decide() {
  const before = now.side;
  choose();
  if (now.side !== before) emit("side");
}

function choose() {
  if (!loaded()) return;
  const first = own()?.name;
  if (now.round !== state.roundId)
    Object.assign(now, { round: state.roundId, side: first ?? "candidates", byHand: false });
  const known = ["candidates", canReview() && "review", hasChanges() && "changed", first];
  if (!known.includes(now.side)) now.side = "candidates";
  if (hasChanges() && !now.byHand && !first && !seen().includes(now.round ?? "")) now.side = "changed";
  const isLeft = followed() || state.round?.source; // a judged LoRA is looked at, strength by strength
  if (now.byHand || now.side !== "candidates" || !canReview() || isLeft) return;
  if ((openSuggestions().length || nothingSuggested()) && kept(KEY) === null) now.side = "review";
}

function Sides() {
  /** @type {[name: Side, words: string][]} */
  const names = [["candidates", "All images"]];
  const open = openSuggestions().length;
  const left = open && followed() ? "" : ` ${open || "✓"}`; // what is open in a followed round waits for none
  if (canReview()) names.unshift(["review", `Review${left}`]);
  if (hasChanges()) names.unshift(["changed", "What changed"]);
  const first = own();
  if (first) names.unshift([first.name, first.words]);
  return html`<${Segments}
    label="What is shown of this round" chosen=${now.side} names=${names}
    choose=${(/** @type {Side} */ side) => showSide(side)}
  />`;
}
