/** What the map shows of the present state: a point for each placed picture, a star for each reference. */
/** @import { Frame } from "./camera.js" */
/** @import { MapPoint } from "./drawing/marks.js" */
/** @import { ProjectionName } from "./projections.js" */
import { state } from "../../app/store.js";
import { colours } from "./colours.js";
import { wholeFrame } from "./camera.js";
import { apart } from "./geometry.js";
import { allAlike, PROJECTIONS, referencePlaces } from "./projections.js";

const STEP = 0.02; // of the map's width: between pictures of one and the same place
/** What a star has in place of a picture's facts. */
const STAR = { anchor: "", copy: false, suggested: false, colour: "", x: 0, y: 0 };

/**
 * @typedef {{ points: MapPoint[], stars: MapPoint[], alike: boolean }} Points
 * @param {ProjectionName} name
 * @param {string} colour
 * @returns {Points}
 */
export function makePoints(name, colour) {
  const { place } = PROJECTIONS[name];
  const placed = [...state.candidates.values()].flatMap((candidate) => {
    const at = place(candidate);
    return at ? [{ candidate, at }] : [];
  });
  const shades = colours(
    placed.map(({ candidate }) => candidate),
    colour,
  );
  const places = placed.map(({ at }) => at);
  const [low, high] = wholeFrame(places).x;
  const spread = apart(places, STEP * (high - low));
  return {
    points: placed.map(({ candidate: { id, anchor_id: anchor, index, copy } }, i) => ({
      ...STAR,
      ...{ id, anchor, copy, key: `${anchor}/${index}`, at: spread[i], colour: shades[i] },
      suggested: state.suggested.has(id),
    })),
    stars: referencePlaces(name).map(({ id, at }) => ({ ...STAR, id, key: id, at })),
    alike: allAlike(places),
  };
}

/**
 * Give points that stay where they are the colours of another mode.
 * @param {MapPoint[]} points
 * @param {string} colour
 */
export function recolour(points, colour) {
  const shown = points.flatMap((point) => {
    const candidate = state.candidates.get(point.id);
    return candidate ? [{ point, candidate }] : [];
  });
  const shades = colours(
    shown.map(({ candidate }) => candidate),
    colour,
  );
  for (const [i, { point }] of shown.entries()) point.colour = shades[i];
}

/**
 * The frame that shows all points and stars.
 * @param {ProjectionName} name
 * @param {Points} points
 * @param {[number, number][]} more places that are to be seen as well
 * @returns {Frame}
 */
export const frameOf = (name, { points, stars }, more) =>
  wholeFrame([...points.map((p) => p.at), ...stars.map((p) => p.at), ...more], PROJECTIONS[name]);
