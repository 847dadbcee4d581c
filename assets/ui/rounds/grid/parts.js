/** What the grid shows, as data: its rows of test prompts in order, and in each the images that are shown. */
/** @import { Anchor, Candidate } from "payloads" */
import { drawing, ofRound, passes, state } from "../../app/store.js";
import { focusedIn } from "../../kit/dom.js";
import { batch, computed } from "../../vendor/signals.min.js";
import { desk, orderInUse, sorted } from "../desk/desk.js";
import { inOrder, nextOf } from "./order.js";

/**
 * A test prompt, null for a list of all images; `cells` are images in page order, null where one comes.
 * @typedef {Pick<Anchor, "id" | "prompt" | "head" | "tail">} Named
 * @typedef {{ anchor: Named | null, cells: (string | null)[] }} Part
 */

/**
 * Images of a test prompt in their order: from strong to gentle, a person's own last. One that is generated
 * again takes the place of the former one.
 * @template {Pick<Candidate, "id" | "index" | "strength" | "own">} Image
 * @param {Image[]} images
 */
export function inRow(images) {
  const newest = [...new Map(images.map((one) => [one.index, one])).values()];
  const place = (/** @type {Image} */ { own, strength }) => (own ? 1 : -strength);
  return newest.sort((a, b) => place(a) - place(b) || a.index - b.index);
}

/** The test prompts that have images or get some now, by id. @returns {Map<string, Named>} */
const anchors = computed(() => {
  const named = new Map((state.project?.anchors ?? []).map((one) => [one.id, /** @type {Named} */ (one)]));
  const bare = (/** @type {Candidate} */ { anchor_id: id, prompt }) => ({
    id,
    prompt,
    head: prompt,
    tail: "",
  });
  const drawn = [...state.candidates.values()].map((one) => named.get(one.anchor_id) ?? bare(one));
  const pool = (state.round?.pool ?? []).map((one) => named.get(one.id) ?? one);
  return new Map([...drawn, ...pool].map((one) => [one.id, one]));
});

const images = computed(() => {
  /** @type {Map<string, Candidate[]>} */
  const found = new Map();
  for (const one of state.candidates.values())
    found.set(one.anchor_id, [...(found.get(one.anchor_id) ?? []), one]);
  return new Map([...found].map(([id, all]) => [id, inRow(all)]));
});

/** The test prompts as their rows stand, and the numbers before them. */
const rows = ofRound(() => /** @type {string[]} */ ([]));
const numbers = ofRound(() => /** @type {Map<string, number | null>} */ (new Map()));
/** Ranks from before the images that are generated now. */
const ranks = ofRound(() => /** @type {Map<string, number | null>} */ (new Map()));
/** The test prompt whose row stays where it is, until another row has the focus. */
const held = ofRound(() => /** @type {string | null} */ (null));
/** Were images generated while the grid was looked at? Its rows stay where they are. */
const watched = ofRound(() => false);
/** Would the rows stand in another order now, if nobody looked? */
export const isUnsorted = ofRound(() => false);

export const focusedRow = () => state.candidates.get(state.focus ?? "")?.anchor_id ?? null;
/** The number before a row. @param {string} id */
export const numberOf = (id) => numbers.value.get(id) ?? null;

/** Another mark gives its row another rank: it stays under the eye for now. */
export function holdRow() {
  held.value = focusedRow();
}

/**
 * Put the rows in order. It stays as it was while images are generated, and while the focus stays in a row in
 * which an image was marked.
 * @param {HTMLElement} grid
 */
export function arrange(grid) {
  const ids = [...anchors.value.keys()];
  const current = new Map(state.scores.map(({ anchor_id, rank }) => [anchor_id, rank]));
  const isDrawing = drawing();
  const usual = isDrawing ? ranks.value : current;
  const pool = (state.round?.pool ?? []).map(({ id }) => id);
  const wanted = inOrder(ids, pool, (id) => usual.get(id));
  const stand = [
    ...rows.value.filter((id) => ids.includes(id)),
    ...ids.filter((id) => !rows.value.includes(id)),
  ];
  const isMoved = stand.some((id, i) => id !== wanted[i]);
  batch(() => {
    ranks.value = usual;
    if (isDrawing && state.candidates.size) watched.value = true;
    else if (watched.value && !isUsed(grid)) watched.value = false;
    isUnsorted.value = watched.value && !isDrawing && isMoved;
    const stays = held.value !== null || isUnsorted.value;
    rows.value = stays ? stand : wanted;
    if (!stays) numbers.value = current;
  });
}

/**
 * Does a person do something in the grid, so that rows must not move below the pointer?
 * @param {HTMLElement} grid
 */
const isUsed = (grid) => grid.scrollTop > 0 || grid.matches(":hover") || focusedIn(grid) !== null;

/** Put the rows in order now: a person asked for it, or does not look. @param {HTMLElement} grid */
export function sortNow(grid) {
  watched.value = false;
  arrange(grid);
}

/** The focus went on: a row that was held takes its place. @param {HTMLElement} grid */
export function releaseRow(grid) {
  if (held.value === null || held.value === focusedRow()) return;
  held.value = null;
  arrange(grid);
}

/** Are all images one list, by an order of their own? */
export const isFlat = computed(() => orderInUse() !== "priority" && !drawing());

/** What is shown, in page order. @returns {Part[]} */
export const shownParts = computed(() => {
  if (isFlat.value) {
    const order = sorted([...state.candidates.values()], orderInUse(), desk.reverse);
    return [{ anchor: null, cells: order.map(({ id }) => id).filter(passes) }];
  }
  const showsComing = drawing() && state.filter === "all";
  return rows.value.flatMap((id) => {
    const anchor = anchors.value.get(id);
    const all = images.value.get(id) ?? [];
    const there = new Set(all.map(({ index }) => index));
    const coming = showsComing ? (state.round?.coming[id] ?? []).filter((index) => !there.has(index)) : [];
    const cells = [...all.map((one) => one.id).filter(passes), ...coming.map(() => null)];
    return anchor && (cells.length || showsComing) ? [{ anchor, cells }] : [];
  });
});

/** The pictures of each part in their places, null where one is open. */
export const placesShown = () => shownParts.value.map(({ cells }) => cells);

export const openPictures = () =>
  placesShown().map((cells) => cells.flatMap((id) => (id === null ? [] : [id])));

/** The pictures beside which the focused one was shown last: a filter may hide it. */
const around = ofRound(() => /** @type {string[]} */ ([]));

/**
 * The shown picture after (1) or before (-1) the focused one; null at the end.
 * @param {1 | -1} step
 */
export function neighbour(step) {
  const flat = openPictures().flat();
  const { focus } = state;
  if (focus === null) return null;
  return nextOf(flat.includes(focus) ? flat : around.value, focus, step, new Set(flat));
}

export function lookAround() {
  const flat = openPictures().flat();
  if (flat.includes(state.focus ?? "")) around.value = flat;
}
