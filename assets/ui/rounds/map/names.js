/** Names of the test prompts at their images on the map. */
/** @import { MapPoint } from "./points.js" */

const CHARACTER = 7.5; // pixels of one on average, bold at 12 px in a wide font
const [ASCENT, DESCENT] = [12, 4]; // pixels of a name above and below its baseline
const LIFT = 16; // pixels from the images, whose rings are wider than their points
const DOT = 7; // pixels: radius of a point
const STAR = 8; // points that a covered star counts for
const MOST = 2; // points that a name may cover

/**
 * `x` is its middle, `y` its baseline.
 * @typedef {{ anchor: string, text: string, x: number, y: number }} Name
 */

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

/**
 * One name for each test prompt, above, below or beside those of its images that are no copies, where it
 * covers the fewest points and no other name; without such a place it is left out. The largest groups come
 * first.
 * @param {MapPoint[]} points the visible ones
 * @param {MapPoint[]} stars
 * @param {(anchor: string) => string} nameOf
 * @param {number} edge of the images that stand for points, in pixels; 0: they are points
 * @param {number} width of the panel
 * @returns {Name[]}
 */
export function namesOf(points, stars, nameOf, edge, width) {
  /** @type {Map<string, MapPoint[]>} */
  const groups = new Map();
  for (const point of points)
    if (!point.copy) groups.set(point.anchor, [...(groups.get(point.anchor) ?? []), point]);
  /** @type {(Name & { half: number })[]} */
  const placed = [];
  const cost = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ half) => {
    const hides = (/** @type {MapPoint} */ at) =>
      Math.abs(at.x - x) < half + DOT && at.y > y - ASCENT - DOT && at.y < y + DESCENT + DOT;
    return (edge ? 0 : points.filter(hides).length) + STAR * stars.filter(hides).length;
  };
  for (const [anchor, own] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
    const text = nameOf(anchor);
    const half = (CHARACTER * text.length) / 2 + 3;
    const [xs, ys] = [own.map((p) => p.x), own.map((p) => p.y)];
    const [top, bottom] = [Math.min(...ys) - edge / 2, Math.max(...ys) + edge / 2];
    const [x, y, away] = [median(xs), median(ys), LIFT + half + edge / 2];
    const places = [
      [x, top - LIFT],
      [x, bottom + LIFT + ASCENT],
      [Math.max(...xs) + away, y],
      [Math.min(...xs) - away, y],
      ...own.map((point) => [point.x, point.y - LIFT - edge / 2]),
    ]
      .map(([left, up]) => ({ x: Math.max(half, Math.min(width - half, left)), y: Math.max(ASCENT, up) }))
      .filter((at) =>
        placed.every(
          (one) => Math.abs(one.x - at.x) >= one.half + half || Math.abs(one.y - at.y) > ASCENT + 2,
        ),
      );
    const costs = places.map((at) => cost(at.x, at.y, half));
    const least = Math.min(...costs);
    if (least <= MOST) placed.push({ anchor, text, half, ...places[costs.indexOf(least)] });
  }
  return placed;
}
