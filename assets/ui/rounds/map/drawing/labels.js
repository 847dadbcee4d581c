/** Names of the test prompts at their pictures on the map. */
/** @import { MapPoint } from "./marks.js" */
import { svg } from "../../../kit/dom.js";

const CHARACTER = 7.5; // pixels of one on average, bold at 12 px in a wide font
const HEIGHT = 15;
const LIFT = 10; // pixels above the upper pictures
/**
 * @typedef {{ anchor: string, text: string, count: number, x: number, y: number }} Label
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
 * @returns {Label[]} the largest first
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
    return [{ anchor, text: nameOf(anchor), count: at.length, x: quantile(xs, 0.5), y }];
  });
  return labels.sort((a, b) => b.count - a.count);
}

/**
 * The labels that can stand without lying on another, within the panel.
 * @param {Label[]} labels in order of importance
 * @param {number} width of the panel
 * @returns {Label[]}
 */
export function withoutOverlap(labels, width) {
  /** @type {(Label & { half: number })[]} */
  const placed = [];
  for (const label of labels) {
    const half = (CHARACTER * label.text.length) / 2 + 3;
    const x = Math.max(half, Math.min(width - half, label.x));
    const free = (/** @type {number} */ y) =>
      placed.every((other) => Math.abs(other.x - x) >= other.half + half || Math.abs(other.y - y) >= HEIGHT);
    const y = [label.y, label.y - HEIGHT, label.y + 2 * HEIGHT]
      .map((one) => Math.max(HEIGHT, one))
      .find(free);
    if (y !== undefined) placed.push({ ...label, x, y, half });
  }
  return placed;
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
