/** How large a chart of the view Curves is drawn: like its place, so that its letters keep their size. */

/** @typedef {{ width: number, height: number }} Size in pixels */

const LEAST = { width: 280, height: 150 };
const BESIDE = 70; // pixels of its title and of the space around it
const SHAPE = 0.6; // height for each pixel of the width, at most

/**
 * @param {{ clientWidth: number, clientHeight: number }} panel
 * @returns {Size}
 */
export function sizeIn({ clientWidth, clientHeight }) {
  const width = Math.max(LEAST.width, clientWidth - 16);
  const height = Math.min(Math.round(width * SHAPE), clientHeight - BESIDE);
  return { width, height: Math.max(LEAST.height, height) };
}
