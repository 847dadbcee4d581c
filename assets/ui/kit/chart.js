/** What charts share: their title, words at a point, and how large they are drawn. */
/** @import { Child } from "./elements.d.ts" */
import { el, svg } from "./dom.js";

/** @typedef {{ width: number, height: number }} Size in pixels */

const LEAST = { width: 280, height: 150 };
const BESIDE = 70; // pixels of its title and of the space around it
const SHAPE = 0.6; // height for each pixel of the width, at most

/**
 * The line above a chart: its name, and what there is to say.
 * @param {string} name
 * @param {...Child} more
 */
export const chartTitle = (name, ...more) => el("p", { class: "curve-title" }, el("b", {}, name), ...more);

/**
 * Words at a point of a chart.
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {string} anchor
 */
export function textAt(x, y, words, anchor) {
  const node = svg("text", { x, y, "text-anchor": anchor });
  node.textContent = words;
  return node;
}

/**
 * A chart of the view Curves is as large as its place, so that its letters keep their size.
 * @param {{ clientWidth: number, clientHeight: number }} panel
 * @returns {Size}
 */
export function sizeIn({ clientWidth, clientHeight }) {
  const width = Math.max(LEAST.width, clientWidth - 16);
  const height = Math.min(Math.round(width * SHAPE), clientHeight - BESIDE);
  return { width, height: Math.max(LEAST.height, height) };
}
