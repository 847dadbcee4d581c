/** How the pictures are laid out: tile size, order and auto-advance; kept in this browser. */
/** @import { Candidate } from "payloads" */
import { keep, keptObject } from "../../kit/kept.js";
import { followed, state } from "../../app/store.js";
import { batch } from "../../vendor/signals.min.js";

/**
 * `size` is the least width of a tile in pixels, 0 for as many columns as fit; `reverse` turns the order
 * around; with `advance`, A and R go on to the next picture.
 * @typedef {{ size: number, sort: string, reverse: boolean, advance: boolean }} Desk
 */
const KEY = "gal-studio-desk";
/** @type {Desk} */
export const desk = followed({ size: 0, sort: "priority", reverse: false, advance: true });

/** @type {[name: string, label: string][]} */
const SORTS = [
  ["priority", "Suggested first"],
  ["uncertain", "Uncertain copies"],
  ["similarity_anchor", "Likeness to its prompt"],
  ["similarity_reference", "Likeness to the reference’s prompt"],
  ["seed", "Seed"],
];

/** The orders on offer: the usual ones, then one for each further score. */
export function sorts() {
  const known = new Set(SORTS.map(([name]) => name));
  const more = (state.project?.scores ?? []).filter(({ name }) => !known.has(name));
  return [...SORTS, ...more.map(({ name, label }) => /** @type {[string, string]} */ ([name, label]))];
}

/** The order in use: that of the test prompts where the one that was kept is not on offer here. */
export function orderInUse() {
  return sorts().some(([name]) => name === desk.sort) ? desk.sort : "priority";
}

/**
 * The value of a score of a candidate, or of what an order goes by, if it has it.
 * @param {Candidate} candidate
 * @param {string} name
 * @returns {number | undefined}
 */
export const scoreValue = (candidate, name) => candidate.scores[name === "uncertain" ? "copy_chance" : name];

/**
 * How far a candidate is, before any marks, from being as likely a copy as none, in [0, 0.5]; more than that
 * where only its two likenesses are known, by how far they are apart.
 * @param {Candidate} candidate
 */
const sureness = ({ scores, margin }) =>
  scores.copy_chance === undefined ? 0.5 + Math.abs(margin) : Math.abs(scores.copy_chance - 0.5);

/**
 * Candidates in an order, ties in the given one: the most uncertain or smallest seed first, of scores the
 * largest; those without the score come last.
 * @template {Candidate} Item
 * @param {Item[]} candidates
 * @param {string} sort
 * @param {boolean} reverse
 * @returns {Item[]}
 */
export function sorted(candidates, sort, reverse) {
  const sign = reverse ? -1 : 1;
  /** @param {Candidate} candidate */
  const key = (candidate) =>
    sort === "uncertain" ? sureness(candidate) : -(scoreValue(candidate, sort) ?? Number.NaN);
  /** @type {(a: Candidate, b: Candidate) => number} */
  const compare = (a, b) => {
    if (sort === "seed") return sign * bySeed(a, b);
    const [x, y] = [key(a), key(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  };
  return [...candidates].sort(compare);
}

/**
 * Seeds are decimal texts, too large for numbers.
 * @param {Candidate} a
 * @param {Candidate} b
 */
function bySeed({ seed: a }, { seed: b }) {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

/**
 * A small tile has no room for an article: "A koala" is "koala".
 * @param {string} head of a test prompt
 */
export const withoutArticle = (head) => head.replace(/^(an?|the) (?=\S)/i, "");

/** @param {Partial<Desk>} changes */
export function setDesk(changes) {
  batch(() => Object.assign(desk, changes));
  keep(KEY, JSON.stringify(desk));
}

/** Restore what was kept; what is not understood is left out. */
export function restoreDesk() {
  /** @type {Partial<Desk>} */
  const { size, sort, reverse, advance } = keptObject(KEY);
  if (typeof size === "number" && size >= 0 && size <= LARGEST) desk.size = size;
  if (typeof sort === "string") desk.sort = sort;
  if (typeof reverse === "boolean") desk.reverse = reverse;
  if (typeof advance === "boolean") desk.advance = advance;
}

/** Limits of the tile size in pixels. */
export const SMALLEST = 48;
export const LARGEST = 320;
