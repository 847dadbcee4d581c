/** The pictures that are shown, in page order. */
import { state } from "../../app/store.js";
import { tileOf, visibleGroups } from "./grid.js";
import { nextOf } from "./order.js";

/** The ids of the pictures that are shown, by group. */
export function openPictures() {
  return visibleGroups().map((group) => group.tiles.filter((tile) => !tile.node.hidden).map(({ id }) => id));
}

/** @type {string[]} the pictures beside which the focused one was shown last: a filter may hide it */
let around = [];

/**
 * The shown picture after (1) or before (-1) the focused one; null at the end.
 * @param {1 | -1} step
 */
export function neighbour(step) {
  const flat = openPictures().flat();
  const { focus } = state;
  if (focus === null) return null;
  if (flat.includes(focus)) around = flat;
  return nextOf(around, focus, step, new Set(flat));
}

/**
 * Is the whole tile of a picture in the visible part of the grid?
 * @param {string} id
 */
export function inSight(id) {
  const node = tileOf(id);
  const box = node?.closest(".grid")?.getBoundingClientRect();
  const tile = node?.getBoundingClientRect();
  if (!tile?.height || !box) return false;
  return tile.top >= Math.max(box.top, 0) && tile.bottom <= Math.min(box.bottom, innerHeight);
}
