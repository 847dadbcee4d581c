/** The pictures that are shown, in page order. */
import { state } from "../../app/store.js";
import { tileOf, visibleGroups } from "./grid.js";

/** The ids of the pictures that are shown, by group. */
export const openPictures = () =>
  visibleGroups().map((group) => group.tiles.filter((tile) => !tile.node.hidden).map((tile) => tile.id));

/**
 * The picture after (1) or before (-1) the focused one; null at the end.
 * @param {number} step
 */
export function neighbour(step) {
  const flat = openPictures().flat();
  const at = flat.indexOf(state.focus ?? "");
  return at < 0 ? null : (flat[at + step] ?? null);
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
