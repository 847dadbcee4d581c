/** Points on a canvas: where there are more than elements of the page can follow, and while they move. */
/** @import { Size } from "../camera.js" */
/** @import { MapPoint } from "./marks.js" */
/** @import { Pixel } from "../geometry.js" */
import { cleared } from "./ghosts.js";

export const MOST_ELEMENTS = 400; // points that Plotly draws, each an element; more are drawn here
const MOVE = 420; // ms from the places of one round to those of the next
const FADED = 0.14;

/**
 * The diameters of points and of suggested points, in pixels.
 * @param {number} count
 * @returns {[number, number]}
 */
export const diameters = (count) => (count > 2000 ? [7, 14] : count > MOST_ELEMENTS ? [9, 16] : [13, 21]);

/**
 * Draw the points; those of one look are one path.
 * @param {HTMLCanvasElement} canvas
 * @param {Size} size
 * @param {MapPoint[]} points with their pixels
 * @param {(point: MapPoint) => boolean} isFaded
 */
export function drawDots(canvas, size, points, isFaded) {
  const pen = cleared(canvas, size);
  if (!pen) return;
  const [small, large] = diameters(points.length);
  /** @type {Map<string, { first: MapPoint, faded: boolean, path: Path2D }>} */
  const looks = new Map();
  for (const point of points) {
    const { x, y, copy, colour } = point;
    if (x < -large || y < -large || x > size.width + large || y > size.height + large) continue;
    const faded = isFaded(point);
    const key = `${colour} ${copy} ${faded}`;
    let look = looks.get(key);
    if (!look) {
      look = { first: point, faded, path: new Path2D() };
      looks.set(key, look);
    }
    const radius = (point.suggested ? large : small) / 2;
    look.path.moveTo(x + radius, y);
    look.path.arc(x, y, radius, 0, 2 * Math.PI);
  }
  for (const { first, faded, path } of looks.values()) {
    pen.globalAlpha = faded ? FADED : 1;
    if (first.copy) {
      pen.lineWidth = 2;
      pen.strokeStyle = first.colour;
      pen.stroke(path);
    } else {
      pen.fillStyle = first.colour;
      pen.fill(path);
    }
  }
}

/**
 * Let the points glide from where the same test prompts and seeds were; resolves when they have arrived. New
 * ones are where they belong from the start.
 * @param {MapPoint[]} points with their pixels, where they belong
 * @param {Map<string, Pixel>} from pixels by key
 * @param {(points: MapPoint[]) => boolean} draw false: something else is shown by now
 * @returns {Promise<void>}
 */
export function glide(points, from, draw) {
  const start = performance.now();
  return new Promise((arrived) => {
    const step = () => {
      const t = Math.min(1, (performance.now() - start) / MOVE);
      const share = t * t * (3 - 2 * t);
      const now = points.map((point) => {
        const [x, y] = from.get(point.key) ?? [point.x, point.y];
        return { ...point, x: x + (point.x - x) * share, y: y + (point.y - y) * share };
      });
      if (t < 1 && draw(now)) requestAnimationFrame(step);
      else arrived();
    };
    step();
  });
}
