/** Names of the test prompts at their pictures on the map. */
/** @import { MapPoint } from "./marks.js" */
import { svg } from "../../../kit/dom.js";
import { ringOf } from "./marks.js";

const CHARACTER = 7.5; // pixels of one on average, bold at 12 px in a wide font
const HEIGHT = 15;
const LIFT = 10; // pixels above the upper pictures
const [ASCENT, DESCENT] = [12, 4]; // pixels of a label above and below its baseline
const DOT = 7; // pixels: radius of a point
const STAR = 12;
const RING = 14; // pixels that the ring of a marked picture needs beyond its point
const COVERS_MARK = 8; // what a covered star or ring costs, in covered points
const [MOST, MOST_MARKED] = [2, 4]; // points that a name may cover, and one of marked pictures
const CELL = 24; // pixels of a side of the cells in which obstacles are looked up
const ELSEWHERE = 0.05; // what each pixel away from the best place costs, in covered points
/**
 * A name and where it stands best: `x` is its middle, `y` its baseline. `around` is the box of its pictures,
 * `at` are some of them, above, below and beside which it may stand as well.
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Box
 * @typedef {{ anchor: string, text: string, count: number, x: number, y: number, around?: Box,
 *   at?: { x: number, y: number }[], marked?: boolean }} Label
 * What should stay visible: a point, a star, or a point with a ring of this radius in pixels.
 * @typedef {{ x: number, y: number, star?: boolean, ring?: number }} Obstacle
 */

/**
 * The value below which a share of the others lies.
 * @param {number[]} values
 * @param {number} share in [0, 1]
 */
const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];

/**
 * One label for each test prompt, above its pictures that match it, or else above all.
 * @param {MapPoint[]} points the visible ones
 * @param {(anchor: string) => string} nameOf
 * @param {number} edge of the pictures that stand for points, in pixels; 0: they are points
 * @returns {Label[]} those with a marked picture first, then the largest
 */
export function clusters(points, nameOf, edge = 0) {
  /** @type {Map<string, MapPoint[]>} */
  const groups = new Map();
  for (const point of points) {
    const group = groups.get(point.anchor);
    if (group) group.push(point);
    else groups.set(point.anchor, [point]);
  }
  const labels = [...groups].flatMap(([anchor, all]) => {
    const own = all.filter((point) => !point.copy);
    if (edge && !own.length) return []; // the pictures say by themselves that they are copies
    const at = own.length ? own : all;
    const [xs, ys] = [at.map((p) => p.x), at.map((p) => p.y)];
    const top = quantile(ys, edge ? 0 : 0.2) - edge / 2;
    const y = top - (edge ? 5 : LIFT);
    const around = {
      left: Math.min(...xs) - edge / 2,
      right: Math.max(...xs) + edge / 2,
      top: Math.min(...ys) - edge / 2,
      bottom: Math.max(...ys) + edge / 2,
    };
    const x = quantile(xs, 0.5);
    const marked = at.some(({ id, suggested }) => ringOf(id, suggested));
    return [{ anchor, text: nameOf(anchor), count: at.length, x, y, around, at: edge ? [] : at, marked }];
  });
  return labels.sort((a, b) => Number(b.marked) - Number(a.marked) || b.count - a.count);
}

/**
 * The labels that can stand without lying on another, within the panel, where they cover the fewest points;
 * one that would hide a mark or many points is left out.
 * @param {Label[]} labels in order of importance
 * @param {number} width of the panel
 * @param {Obstacle[]} [obstacles] points and stars, which should stay visible
 * @returns {Label[]}
 */
export function withoutOverlap(labels, width, obstacles = []) {
  /** @type {(Label & { half: number })[]} */
  const placed = [];
  const cells = inCells(obstacles);
  for (const label of labels) {
    const half = (CHARACTER * label.text.length) / 2 + 3;
    const free = (/** @type {{ x: number, y: number }} */ { x, y }) =>
      placed.every((other) => Math.abs(other.x - x) >= other.half + half || Math.abs(other.y - y) >= HEIGHT);
    /** @type {{ x: number, y: number, cost: number, hides: number } | null} */
    let best = null; // of equal ones the first
    for (const place of placesOf(label, half)) {
      const at = { x: Math.max(half, Math.min(width - half, place.x)), y: Math.max(HEIGHT, place.y) };
      const least = away(at, label, half);
      if ((best && least >= best.cost) || !free(at)) continue;
      const hides = covered({ ...at, half }, cells);
      if (!best || least + hides < best.cost) best = { ...at, cost: least + hides, hides };
    }
    const far = best && best.cost >= COVERS_MARK && !label.marked;
    if (best && !far && best.hides <= (label.marked ? MOST_MARKED : MOST))
      placed.push({ ...label, x: best.x, y: best.y, half });
  }
  return placed;
}

/** @typedef {{ of: Map<string, Obstacle[]>, reach: number }} Cells `reach`: the largest radius in pixels */

/**
 * The obstacles by the cells in which they lie: a name looks at those near it alone.
 * @param {Obstacle[]} obstacles
 * @returns {Cells}
 */
function inCells(obstacles) {
  /** @type {Map<string, Obstacle[]>} */
  const of = new Map();
  let reach = 0;
  for (const obstacle of obstacles) {
    reach = Math.max(reach, radiusOf(obstacle));
    const key = cellOf(obstacle.x, obstacle.y);
    const there = of.get(key);
    if (there) there.push(obstacle);
    else of.set(key, [obstacle]);
  }
  return { of, reach };
}

/**
 * @param {number} x
 * @param {number} y
 */
const cellOf = (x, y) => `${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`;

/** @param {Obstacle} obstacle */
const radiusOf = ({ star, ring }) => ring ?? (star ? STAR : DOT);

/**
 * What it costs to stand elsewhere; beside its pictures is no further than above them.
 * @param {{ x: number, y: number }} place
 * @param {Label} label
 * @param {number} half of its width
 */
const away = ({ x, y }, label, half) => ELSEWHERE * Math.max(0, Math.hypot(x - label.x, y - label.y) - half);

/**
 * Where a name may stand, the best first: above its pictures, below them, beside them, at each of them.
 * @param {Label} label
 * @param {number} half of its width
 * @returns {{ x: number, y: number }[]}
 */
function placesOf({ x, y, around, at = [], marked = false }, half) {
  const further = [
    { x, y: y - HEIGHT },
    { x, y: y + 2 * HEIGHT },
  ];
  if (!around) return [{ x, y }, ...further];
  const middle = (around.top + around.bottom + ASCENT) / 2;
  return [
    { x, y },
    { x, y: around.top - LIFT },
    { x, y: around.bottom + LIFT + ASCENT },
    { x: around.right + DOT + half, y: middle },
    { x: around.left - DOT - half, y: middle },
    ...at.flatMap((point) => besides(point, half, marked ? RING : 0)),
    ...further,
  ];
}

/**
 * Above, below, right and left of one picture.
 * @param {{ x: number, y: number }} point
 * @param {number} half of the name's width
 * @param {number} ring pixels around the picture that its mark takes
 */
const besides = ({ x, y }, half, ring) => [
  { x, y: y - LIFT - ring },
  { x, y: y + LIFT + ASCENT + ring },
  { x: x + DOT + half + ring, y: y + DESCENT },
  { x: x - DOT - half - ring, y: y + DESCENT },
];

/**
 * How many points a label covers; a star and a marked point count more.
 * @param {{ x: number, y: number, half: number }} label
 * @param {Cells} obstacles
 */
function covered({ x, y, half }, { of, reach }) {
  let cost = 0;
  const [right, bottom] = [x + half + reach, y + DESCENT + reach];
  for (let column = Math.floor((x - half - reach) / CELL); column * CELL <= right; column += 1) {
    for (let row = Math.floor((y - ASCENT - reach) / CELL); row * CELL <= bottom; row += 1) {
      for (const obstacle of of.get(`${column} ${row}`) ?? []) {
        const radius = radiusOf(obstacle);
        const beside = Math.abs(obstacle.x - x) >= half + radius;
        if (!beside && obstacle.y > y - ASCENT - radius && obstacle.y < y + DESCENT + radius)
          cost += obstacle.star || obstacle.ring ? COVERS_MARK : 1;
      }
    }
  }
  return cost;
}

/**
 * @param {SVGElement} layer
 * @param {Label[]} labels
 * @param {(anchor: string) => string} colourOf
 */
export function drawLabels(layer, labels, colourOf) {
  layer.replaceChildren(
    ...labels.map(({ anchor, text, x, y }) => {
      const node = svg("text", { class: "cluster", x: x.toFixed(1), y: y.toFixed(1) });
      node.style.fill = colourOf(anchor);
      node.textContent = text;
      return node;
    }),
  );
}
