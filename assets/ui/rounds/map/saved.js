/** The map as a drawing of its own, to be saved. */
/** @import { MapPoint } from "./drawing/marks.js" */
/** @import { Frame } from "./camera.js" */
/** @import { Points } from "./scene.js" */
/** @import { Row } from "../views/table.js" */
import { state, verdictOf } from "../../app/store.js";
import { svg } from "../../kit/dom.js";

const BOX = { width: 900, height: 720, edge: 30, foot: 56 };
const INK = "#333333";
const KEY =
  "● its own prompt   ○ a copy   ◎ suggested   ✓ accepted   ✕ rejected   ★ reference   " +
  "colors as on the page";

/**
 * The pictures of the round with their places: one row each.
 * @param {Points} scene
 * @returns {Row[]}
 */
export function mapRows({ points }) {
  const names = state.project?.scores.map((score) => score.name) ?? [];
  const head = [
    "test prompt",
    "picture",
    "seed",
    "recipe",
    "x",
    "y",
    "copy",
    "decision",
    "suggested",
    "tags",
  ];
  return [
    [...head, ...names],
    ...points.flatMap(({ id, at, copy, suggested }) => {
      const one = state.candidates.get(id);
      if (!one) return [];
      const facts = [one.prompt, one.index + 1, one.seed, one.recipe, rounded(at[0]), rounded(at[1])];
      const marks = [copy ? "yes" : "no", verdictOf(id), suggested ? "yes" : "no", tagsOf(id)];
      return [[...facts, ...marks, ...names.map((name) => one.scores[name] ?? null)]];
    }),
  ];
}

/** @param {string} id */
const tagsOf = (id) => state.tags.get(id)?.join(", ") ?? "";

/** @param {number} value */
const rounded = (value) => Number(value.toFixed(4));

/**
 * @param {Points} scene
 * @param {Frame} frame the whole of it
 * @param {[x: string, y: string] | null} axes their names
 */
export function mapDrawing({ points, stars }, frame, axes) {
  const { width, height, edge, foot } = BOX;
  const scale = Math.min(
    (width - 2 * edge) / (frame.x[1] - frame.x[0] || 1),
    (height - edge - foot) / (frame.y[1] - frame.y[0] || 1),
  );
  /** @param {MapPoint} point */
  const place = ({ at: [x, y] }) => ({
    x: width / 2 + (x - (frame.x[0] + frame.x[1]) / 2) * scale,
    y: (height - foot + edge) / 2 - (y - (frame.y[0] + frame.y[1]) / 2) * scale,
  });
  const node = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  node.append(...points.flatMap((point) => dot(point, place(point))));
  for (const star of stars) {
    const { x, y } = place(star);
    node.append(text(x, y + 9, "★", { "font-size": 28, fill: "#5b4bd6", "text-anchor": "middle" }));
  }
  if (axes) {
    node.append(text(width / 2, height - 34, `${axes[0]} →`, { "text-anchor": "middle" }));
    const up = text(16, height / 2, `${axes[1]} →`, { "text-anchor": "middle" });
    up.setAttribute("transform", `rotate(-90 16 ${height / 2})`);
    node.append(up);
  }
  node.append(text(edge, height - 12, KEY, {}));
  return node;
}

/**
 * @param {MapPoint} point
 * @param {{ x: number, y: number }} place
 */
function dot({ id, copy, suggested, colour }, { x, y }) {
  const plain = colour.replace(/^rgba\((.*),[^,]*\)$/, "rgb($1)"); // not every program knows rgba
  const title = svg("title");
  title.textContent = state.candidates.get(id)?.prompt ?? "";
  /** @type {Record<string, string | number>} */
  const look = copy ? { fill: "none", stroke: plain, "stroke-width": 2 } : { fill: plain };
  const parts = [svg("circle", { cx: x, cy: y, r: 5.5, ...look }, title)];
  if (suggested)
    parts.push(svg("circle", { cx: x, cy: y, r: 10, fill: "none", stroke: INK, "stroke-width": 1.5 }));
  const sign = { accepted: "✓", rejected: "✕", undecided: "" }[verdictOf(id)];
  return sign ? [...parts, text(x + 7, y - 5, sign, { "font-weight": 700 })] : parts;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {Record<string, string | number>} look
 */
function text(x, y, words, look) {
  const node = svg("text", { x, y, fill: INK, "font-family": "sans-serif", "font-size": 13, ...look });
  node.textContent = words;
  return node;
}
