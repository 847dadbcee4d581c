/** Where the names of the points stand in the chart of rounds, so that none lies on another or on a point. */

const CHARACTER = 6.6; // pixels of one on average, at 12 px
const HEIGHT = 15;
const NEAR = 10; // pixels between a point and its name
const RADIUS = 7; // of a point

/**
 * A point in pixels with its name.
 * @typedef {{ x: number, y: number, words: string }} Named
 * Where a name begins or ends (`anchor`), and its baseline.
 * @typedef {{ x: number, y: number, anchor: "start" | "end" }} Place
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Box
 */

/** Heights of the baseline above (negative) or below the point, the best first. */
const LEVELS = [-9, 17, 4, -24, 32, -39, 47, -54, 62];

/**
 * A place for each name: beside its point, on the right if there is room, and otherwise as near as possible.
 * @param {Named[]} points
 * @param {Box} frame where names may stand
 * @returns {Place[]}
 */
export function placeLabels(points, frame) {
  const dots = points.map(({ x, y }) => around(x, y));
  /** @type {Box[]} */
  const taken = [];
  return points.map(({ x, y, words }, own) => {
    if (!words) return { x, y, anchor: "start" };
    const width = CHARACTER * words.length;
    const all = LEVELS.flatMap((level) => [
      placeAt(x, y, level, "start", width),
      placeAt(x, y, level, "end", width),
    ]);
    const inside = all.filter(({ box }) => isWithin(box, frame));
    const best = least(inside.length ? inside : all, ({ box }) => {
      const others = dots.filter((dot, i) => i !== own && overlaps(box, dot)).length;
      return 4 * taken.filter((other) => overlaps(box, other)).length + others;
    });
    taken.push(best.box);
    return best.place;
  });
}

/**
 * @param {number} x
 * @param {number} y
 * @returns {Box}
 */
const around = (x, y) => ({ left: x - RADIUS, right: x + RADIUS, top: y - RADIUS, bottom: y + RADIUS });

/**
 * @param {number} x
 * @param {number} y
 * @param {number} level
 * @param {Place["anchor"]} anchor
 * @param {number} width
 * @returns {{ place: Place, box: Box }}
 */
function placeAt(x, y, level, anchor, width) {
  const at = anchor === "start" ? x + NEAR : x - NEAR;
  const left = anchor === "start" ? at : at - width;
  const [bottom, right] = [y + level + 4, left + width];
  return { place: { x: at, y: y + level, anchor }, box: { left, right, top: bottom - HEIGHT, bottom } };
}

/**
 * @param {Box} a
 * @param {Box} b
 */
const overlaps = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * @param {Box} box
 * @param {Box} frame
 */
const isWithin = (box, frame) =>
  box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;

/**
 * The first item with the least value.
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => number} value
 */
const least = (items, value) => items.reduce((best, item) => (value(item) < value(best) ? item : best));
