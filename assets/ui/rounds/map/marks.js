/** Rings over the map's points: suggested, accepted, rejected, focused, under the pointer. */
/**
 * A point of the map: `at` in data units; `x` and `y` in pixels, once rendered.
 * @typedef {{ id: string, at: [number, number], copy: boolean, x: number, y: number }} MapPoint
 */
import { state } from "../../app/store.js";
import { svg } from "../../kit/dom.js";

const RADIUS = { suggested: 13, accepted: 12, rejected: 6, focus: 15, hover: 12 };

/**
 * @param {SVGElement} overlay
 * @param {MapPoint[]} points
 */
export function drawMarks(overlay, points) {
  let layer = overlay.querySelector("g");
  if (!layer) layer = overlay.insertBefore(svg("g"), overlay.firstChild);
  /** @type {SVGElement[]} */
  const marks = [];
  for (const point of points) {
    const verdict = state.verdicts.get(point.id);
    if (verdict === "accepted") marks.push(ring(point, "accepted"), sign(point, "✓"));
    else if (verdict === "rejected") marks.push(cross(point));
    else if (state.suggested.has(point.id)) marks.push(ring(point, "suggested"));
    if (point.id === state.focus) marks.push(ring(point, "focus"));
    if (point.id === state.hover) marks.push(ring(point, "hover"));
  }
  layer.replaceChildren(...marks);
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
