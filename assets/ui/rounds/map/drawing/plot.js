/** The ground of the map: axes with the line of equality, and points that are elements. */
/** @import { Pixel } from "../geometry.js" */
/** @import { Frame, Size } from "../camera.js" */
/** @import { MapPoint } from "./marks.js" */
import { svg } from "../../../kit/dom.js";
import { MARGIN, toPixels } from "../camera.js";
import { diameters } from "./dots.js";

const TICKS = 5; // at most, of an axis
const INSET = 4; // pixels of a tick from the edge

/**
 * `points` have their pixels. With `axes`, both are shown, and the line of equality. `isFaded`: does a point
 * step back?
 * @typedef {{ points: MapPoint[], axes: boolean, frame: Frame, size: Size,
 *   isFaded: (point: MapPoint) => boolean }} Ground
 */

/**
 * @param {SVGElement} layer
 * @param {Ground} ground
 */
export function drawGround(layer, { points, axes, frame, size, isFaded }) {
  layer.replaceChildren(
    ...(axes ? [...equality(toPixels(frame, size)), ...ticks(frame, size)] : []),
    ...points.map((point) => dot(point, diameters(points.length), isFaded(point))),
  );
}

/**
 * @param {MapPoint} point
 * @param {[number, number]} diameters of points and of suggested points
 * @param {boolean} faded
 */
function dot({ x, y, copy, colour, suggested }, [small, large], faded) {
  const node = svg("circle", { class: faded ? "point faded" : "point", cx: x, cy: y });
  node.setAttribute("r", String((suggested ? large : small) / 2));
  const look = copy ? { fill: "none", stroke: colour, strokeWidth: "2" } : { fill: colour };
  Object.assign(node.style, look);
  return node;
}

/** The line of equality, and the side of the copies below it. @param {(at: Pixel) => Pixel} pixel */
function equality(pixel) {
  const [from, to, corner] = /** @type {Pixel[]} */ ([
    [-2, -2],
    [2, 2],
    [2, -2],
  ]).map(pixel);
  return [
    svg("path", { class: "copies-side", d: `M${from}L${to}L${corner}Z` }),
    svg("path", { class: "equality", d: `M${from}L${to}` }),
  ];
}

/**
 * The figures of both axes, within the edges.
 * @param {Frame} frame
 * @param {Size} size
 */
function ticks(frame, size) {
  const pixel = toPixels(frame, size);
  const bottom = size.height - MARGIN.b - INSET;
  return [
    ...placesOf(frame.x).map((value) => tick(value, pixel([value, 0])[0], bottom, "middle")),
    ...placesOf(frame.y).map((value) => tick(value, MARGIN.l + INSET, pixel([0, value])[1], "start")),
  ];
}

/**
 * @param {number} value
 * @param {number} x
 * @param {number} y
 * @param {string} anchor
 */
function tick(value, x, y, anchor) {
  const node = svg("text", { class: "tick", x, y, "text-anchor": anchor });
  node.textContent = String(Number(value.toPrecision(6))).replace("-", "−");
  return node;
}

/** Round numbers in a range, a few. @param {[low: number, high: number]} range */
export function placesOf([low, high]) {
  const least = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((times) => power * times >= least) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}
