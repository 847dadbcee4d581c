/** Which part of the map is shown: zoom and pan, and from data units to pixels. */
/** @import { Pixel } from "./geometry.js" */
import { rangeOf } from "./geometry.js";

/**
 * A part of the map in data units, each axis from low to high; y grows upwards.
 * @typedef {{ x: [number, number], y: [number, number] }} Frame
 * @typedef {{ width: number, height: number }} Size in pixels
 */

export const MARGIN = { l: 10, r: 42, t: 16, b: 44 }; // pixels around the points: room for the controls
const NEAREST = 80; // times the whole map
const FARTHEST = 0.7;

/**
 * The part that shows all places. With `equal`, both axes have one range, so that the diagonal is one.
 * @param {Pixel[]} places
 * @param {{ equal?: boolean }} [how]
 * @returns {Frame}
 */
export function wholeFrame(places, { equal = false } = {}) {
  const [xs, ys] = [places.map((at) => at[0]), places.map((at) => at[1])];
  if (!equal) return { x: rangeOf(xs), y: rangeOf(ys) };
  const both = rangeOf([...xs, ...ys]);
  return { x: both, y: both };
}

/** @param {[number, number]} range */
const span = ([low, high]) => high - low;

/**
 * How many times larger than on the whole map things are.
 * @param {Frame} frame
 * @param {Frame} whole
 */
export const magnification = (frame, whole) =>
  Math.sqrt((span(whole.x) / span(frame.x)) * (span(whole.y) / span(frame.y)));

/**
 * Zoom by a factor; the point at these shares of width and height (from the lower left) stays where it is.
 * @param {Frame} frame
 * @param {number} factor above 1: nearer
 * @param {[right: number, up: number]} fixed
 * @param {Frame} whole limits the zoom
 * @returns {Frame}
 */
export function zoomed(frame, factor, [right, up], whole) {
  const now = magnification(frame, whole);
  const scale = Math.max(FARTHEST, Math.min(NEAREST, now * factor)) / now;
  /**
   * @param {[number, number]} range
   * @param {number} share
   * @returns {[number, number]}
   */
  const axis = ([low, high], share) => {
    const point = low + share * (high - low);
    return [point - (point - low) / scale, point + (high - point) / scale];
  };
  return { x: axis(frame.x, right), y: axis(frame.y, up) };
}

/**
 * Move the map under the frame by shares of its width and height; its middle stays on the whole map.
 * @param {Frame} frame
 * @param {number} right
 * @param {number} up
 * @param {Frame} whole
 * @returns {Frame}
 */
export function moved(frame, right, up, whole) {
  /**
   * @param {[number, number]} range
   * @param {number} share
   * @param {[number, number]} all
   * @returns {[number, number]}
   */
  const axis = ([low, high], share, all) => {
    const half = (high - low) / 2;
    const middle = Math.max(all[0], Math.min(all[1], low + half - share * 2 * half));
    return [middle - half, middle + half];
  };
  return { x: axis(frame.x, right, whole.x), y: axis(frame.y, up, whole.y) };
}

/**
 * @param {Frame} frame
 * @param {Size} size of the panel
 * @returns {(at: readonly [number, number]) => Pixel}
 */
export function toPixels(frame, size) {
  const [w, h] = inner(size);
  const [right, up] = [w / span(frame.x), h / span(frame.y)];
  return ([x, y]) => [MARGIN.l + (x - frame.x[0]) * right, MARGIN.t + h - (y - frame.y[0]) * up];
}

/**
 * A pixel of the panel as shares of width and height of the frame, from the lower left.
 * @param {Pixel} pixel
 * @param {Size} size
 * @returns {[right: number, up: number]}
 */
export function shares([x, y], size) {
  const [w, h] = inner(size);
  return [(x - MARGIN.l) / w, 1 - (y - MARGIN.t) / h];
}

/**
 * Width and height inside of the margins.
 * @param {Size} size
 * @returns {[number, number]}
 */
export const inner = ({ width, height }) => [
  Math.max(1, width - MARGIN.l - MARGIN.r),
  Math.max(1, height - MARGIN.t - MARGIN.b),
];
