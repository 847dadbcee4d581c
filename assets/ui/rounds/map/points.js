/** What the map shows of the present state: a point for each placed image, a star for each reference. */
/** @import { Candidate } from "payloads" */
/** @import { Size } from "./camera.js" */
/** @import { Pixel } from "./geometry.js" */
/** @import { ProjectionName } from "./projections.js" */
import { state } from "../../app/store.js";
import { colours } from "./colours.js";
import { wholeFrame } from "./camera.js";
import { apart } from "./geometry.js";
import { allAlike, PROJECTIONS, referencePlaces } from "./projections.js";

/**
 * A point of the map: `at` in data units; `x` and `y` in pixels of the panel, for the part that is shown.
 * @typedef {{ id: string, anchor: string, at: Pixel, copy: boolean, suggested: boolean, colour: string,
 *   x: number, y: number }} MapPoint
 * @typedef {{ points: MapPoint[], stars: MapPoint[], alike: boolean }} Points
 */

const STEP = 0.02; // of the map's width: between images of one and the same place
const NEAR = 1.5; // times the whole map, from which points become images
const MOST = 140; // images
const [SMALLEST, LARGEST] = [34, 72]; // pixels of an image's edge
const STAR = { anchor: "", copy: false, suggested: false, colour: "", x: 0, y: 0 };

/**
 * @param {ProjectionName} name
 * @param {string} colour
 * @returns {Points}
 */
export function makePoints(name, colour) {
  const placed = [...state.candidates.values()].flatMap((candidate) => {
    const at = PROJECTIONS[name].place(candidate);
    return at ? [{ candidate, at }] : [];
  });
  const candidates = placed.map(({ candidate }) => candidate);
  const shades = colours(candidates, colour);
  const places = placed.map(({ at }) => at);
  const [low, high] = wholeFrame(places).x;
  const spread = apart(places, STEP * (high - low));
  const point = (/** @type {Candidate} */ { id, anchor_id: anchor, copy }, /** @type {number} */ i) => ({
    ...STAR,
    ...{ id, anchor, copy, at: spread[i], colour: shades[i] },
    suggested: state.suggested.has(id),
  });
  return {
    points: candidates.map(point),
    stars: referencePlaces(name).map(({ id, at }) => ({ ...STAR, id, at })),
    alike: allAlike(places),
  };
}

/**
 * The edge of the images in pixels, 0 where points stay points: by the room that each visible one has.
 * @param {number} count of visible points
 * @param {number} magnified
 * @param {Size} size of the panel
 */
export function imageEdge(count, magnified, { width, height }) {
  if (magnified < NEAR || !count) return 0;
  const room = Math.sqrt((width * height) / count);
  return room < 1.1 * SMALLEST ? 0 : Math.min(LARGEST, Math.round(0.8 * room));
}

/**
 * Of the visible points those that become images, so that none covers more than a third of another: first
 * the marked ones, then in their order.
 * @param {MapPoint[]} points
 * @param {number} edge
 */
export function apartEnough(points, edge) {
  const marked = (/** @type {MapPoint} */ { id }) =>
    Number(state.suggested.has(id)) + Number(state.verdicts.has(id)) + 2 * Number(state.selection.has(id));
  /** @type {MapPoint[]} */
  const kept = [];
  for (const point of [...points].sort((a, b) => marked(b) - marked(a))) {
    const far = (/** @type {MapPoint} */ { x, y }) =>
      Math.max(Math.abs(x - point.x), Math.abs(y - point.y)) >= 0.66 * edge;
    if (kept.length < MOST && kept.every(far)) kept.push(point);
  }
  return kept;
}
