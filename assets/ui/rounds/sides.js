/** What is shown of a round: what the choice before changed, Review, all images, or what a feature adds. */
/** @import { Round } from "payloads" */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { keep, kept } from "../kit/kept.js";
import { drawing, loaded, nothingSuggested, openSuggestions, state, whenever } from "../app/store.js";
import { el, hideWhile } from "../kit/dom.js";
import { html } from "../kit/html.js";
import { Segments } from "../kit/segments.js";
import { render } from "../vendor/preact.min.js";
import { computed, signal } from "../vendor/signals.min.js";
import { hasChanges } from "./changes.js";
import { followed } from "./next_step.js";

/** @typedef {string} Side `changed`, `review`, `candidates`, or the name of an added one */
/** Of the browser: somebody who chose all images is not shown Review by itself. */
const KEY = "gal-studio-all-images";
/** Of the browser: the rounds that do not open with what changed any more. */
const SEEN = "gal-studio-changes-closed";
/**
 * `done`: nothing was left to review.
 * @typedef {{ round: string | null, side: Side, byHand: boolean, done: boolean }} Shown
 */
const last = signal(/** @type {Shown} */ ({ round: null, side: "candidates", byHand: false, done: false }));
const now = computed(chosen); // what follows from the last one: never behind the state

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
  const { side: before, round } = now.value;
  if (before === "changed") keep(SEEN, [...seen(), round].slice(-100).join(" "));
  if (!forNow && side !== own()?.name && side !== "changed") keep(KEY, side === "candidates" ? "1" : null);
  last.value = { round, side, byHand: true, done: false };
}

/** Is the side of a feature shown, rather than the images of the round? */
export const ownShown = () => own()?.name === now.value.side;

/** Are the suggestions shown one after the other? */
export const reviewShown = () => now.value.side === "review";

/** Is shown what the choice of the round before changed? */
export const changesShown = () => now.value.side === "changed";

export const candidatesShown = () => now.value.side === "candidates";

/** @param {RoundsParts} parts */
export function mountSides(parts) {
  whenever(
    () => now.value,
    (next) => {
      last.value = next;
    },
  );
  const boxes = added.map(({ name, mount }) => {
    const box = el("div", { class: "columns side-columns", hidden: true });
    parts.review.before(box);
    mount(box);
    return /** @type {[Side, HTMLElement]} */ ([name, box]);
  });
  const { changes, columns, review, sides } = parts;
  hideWhile(sides, () => !own() && !canReview() && !hasChanges());
  /** @type {[Side, HTMLElement][]} */
  const all = [["changed", changes], ["review", review], ["candidates", columns], ...boxes];
  for (const [name, box] of all) hideWhile(box, () => now.value.side !== name);
  render(html`<${Sides} />`, parts.sides);
}

const seen = () => (kept(SEEN) ?? "").split(" ").filter(Boolean);

export function canReview() {
  return (state.suggested.size > 0 || nothingSuggested()) && state.round?.complete === true && !drawing();
}

/**
 * A round that has something to review, or nothing to suggest, opens with that, and stays so to the end. One
 * that opened with all images keeps them, whatever is suggested while a person works there.
 */
function chosen() {
  if (!loaded()) return last.value;
  const first = own()?.name;
  const isNew = last.value.round !== state.roundId;
  const fresh = { round: state.roundId, side: first ?? "candidates", byHand: false, done: false };
  const before = isNew ? fresh : last.value;
  const side = sideOf(before, first);
  const done = before.done || (side === "candidates" && canReview());
  return side === before.side && done === before.done ? before : { ...before, side, done };
}

/**
 * @param {Shown} before
 * @param {Side | undefined} first
 */
function sideOf({ round, side, byHand, done }, first) {
  if (hasChanges() && !byHand && !first && !seen().includes(round ?? "")) return "changed";
  const known = ["candidates", canReview() && "review", hasChanges() && "changed", first];
  if (side !== "candidates" && known.includes(side)) return side;
  const asks =
    !byHand && !done && canReview() && !followed() && (openSuggestions().length || nothingSuggested());
  return asks && kept(KEY) === null ? "review" : "candidates";
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
    label="What is shown of this round" chosen=${now.value.side} names=${names}
    choose=${(/** @type {Side} */ side) => showSide(side)}
  />`;
}
