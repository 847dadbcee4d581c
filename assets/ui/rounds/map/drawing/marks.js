/** What is over the map's points: stars, rings (suggested, accepted, rejected, focused), tethers. */
/** @import { Pixel } from "../geometry.js" */
/**
 * A point of the map: `at` in data units; `x` and `y` in pixels of the panel, for the part that is shown.
 * `key` is the same in all rounds for the same test prompt and seed.
 * @typedef {{ id: string, key: string, anchor: string, at: Pixel, copy: boolean, suggested: boolean,
 *   colour: string, x: number, y: number }} MapPoint
 */
import { state } from "../../../app/store.js";
import { svg } from "../../../kit/dom.js";

const STAR = [13, 5.5]; // pixels: the outer and the inner radius
const SIGN = 5; // pixels that ✓ stands out
const RADIUS = { suggested: 13, accepted: 12, rejected: 6, focus: 15, hover: 12 };

/**
 * @param {SVGElement} layer
 * @param {MapPoint[]} points those that are not shown as pictures
 */
export function drawMarks(layer, points) {
  /** @type {SVGElement[]} */
  const marks = [];
  for (const point of points) {
    const verdict = state.verdicts.get(point.id);
    if (verdict === "accepted") marks.push(ring(point, "accepted"), sign(point, "✓"));
    else if (verdict === "rejected") marks.push(cross(point));
    else if (state.suggested.has(point.id)) marks.push(ring(point, "suggested"));
    if (point.id === (state.hover ?? state.focus)) marks.push(ring(point, state.hover ? "hover" : "focus"));
  }
  layer.replaceChildren(...marks);
}

/**
 * @param {SVGElement} layer
 * @param {MapPoint[]} references
 */
export const drawStars = (layer, references) => layer.replaceChildren(...references.map(star));

/** @param {MapPoint} at */
function star({ x, y }) {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const [radius, angle] = [STAR[i % 2], (Math.PI * i) / 5];
    return `${x + radius * Math.sin(angle)},${y - radius * Math.cos(angle)}`;
  });
  return svg("polygon", { class: "star", points: corners.join(" ") });
}

/**
 * The radius of the ring around a point that is accepted or suggested, with its sign.
 * @param {string} id
 * @param {boolean} suggested
 */
export function ringOf(id, suggested) {
  const verdict = state.verdicts.get(id);
  if (verdict === "accepted") return RADIUS.suggested + SIGN;
  return suggested && !verdict ? RADIUS.suggested : undefined;
}

/**
 * Lines from the suggested pictures to what they are compared with.
 * @param {SVGElement} layer
 * @param {MapPoint[]} points
 * @param {(point: MapPoint) => Pixel | null} target in pixels
 */
export function drawTethers(layer, points, target) {
  layer.replaceChildren(
    ...points.flatMap((point) => {
      const end = state.suggested.has(point.id) ? target(point) : null;
      return end ? [svg("line", { class: "tether", x1: point.x, y1: point.y, x2: end[0], y2: end[1] })] : [];
    }),
  );
}

/**
 * @param {MapPoint} point
 * @param {keyof typeof RADIUS} kind
 */
const ring = (point, kind) => svg("circle", { class: kind, cx: point.x, cy: point.y, r: RADIUS[kind] });

/**
 * @param {MapPoint} point
 * @param {string} glyph
 */
function sign(point, glyph) {
  const node = svg("text", { class: "sign", x: point.x + 10, y: point.y - 7 });
  node.textContent = glyph;
  return node;
}

/** @param {MapPoint} point */
function cross({ x, y }) {
  const r = RADIUS.rejected;
  return svg("path", {
    class: "rejected",
    d: `M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`,
  });
}
