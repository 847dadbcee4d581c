/** Geometry of the map, in pixels or in data units. */

/** @typedef {[x: number, y: number]} Pixel */

/**
 * Is the point inside the closed path? Even-odd rule.
 * @param {Pixel[]} path
 * @param {number} x
 * @param {number} y
 */
export function within(path, x, y) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i, i += 1) {
    const [xi, yi] = path[i];
    const [xj, yj] = path[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/**
 * The point nearest to (x, y), if it is closer than `reach`.
 * @template {{ x: number, y: number }} Point
 * @param {Point[]} points
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 */
export function nearest(points, x, y, reach) {
  /** @type {Point | null} */
  let best = null;
  let least = reach * reach;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance < least) [best, least] = [point, distance];
  }
  return best;
}

/**
 * The range of an axis that shows all values with a margin of 7 % on each side.
 * @param {number[]} values
 * @returns {[number, number]}
 */
export function rangeOf(values) {
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [-1, 1];
  const pad = 0.07 * (high - low || 1);
  return [low - pad, high + pad];
}

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Spread places that are exactly the same like a sunflower's seeds, about `step` apart, so that each can be
 * pointed at.
 * @param {Pixel[]} places
 * @param {number} step in the units of the places
 * @returns {Pixel[]}
 */
export function apart(places, step) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return places.map(([x, y]) => {
    const key = `${x},${y}`;
    const k = seen.get(key) ?? 0;
    seen.set(key, k + 1);
    const [radius, turn] = [step * Math.sqrt(k), k * GOLDEN_ANGLE];
    return [x + radius * Math.cos(turn), y + radius * Math.sin(turn)];
  });
}

/**
 * The selection after a lasso: replaced, extended with Shift, reduced with Ctrl.
 * @param {string[]} before
 * @param {string[]} ids
 * @param {{ shiftKey?: boolean, ctrlKey?: boolean, metaKey?: boolean }} keys
 */
export function lassoed(before, ids, { shiftKey, ctrlKey, metaKey }) {
  if (shiftKey) return [...before, ...ids];
  if (ctrlKey || metaKey) return before.filter((id) => !ids.includes(id));
  return ids;
}
