/** The layers of the map: ghosts, points, pictures, lines, names and marks, and the enlarged picture. */
/** @import { Size } from "./camera.js" */
/** @import { MapPoint } from "./drawing/marks.js" */
/** @import { Pixel } from "./geometry.js" */
/** @import { Points } from "./scene.js" */
/** @import { Viewpoint } from "./viewpoint.js" */
import { state } from "../../app/store.js";
import { el, setText, svg } from "../../kit/dom.js";
import { thumbnail } from "../../app/urls.js";
import { copyWords } from "../grid/copy_words.js";
import { magnification, toPixels } from "./camera.js";
import { promptColour } from "./colours.js";
import { drawDots } from "./drawing/dots.js";
import { cleared, drawGhosts } from "./drawing/ghosts.js";
import { clusters, drawLabels, withoutOverlap } from "./drawing/labels.js";
import { drawMarks, drawStars, drawTethers, ringOf } from "./drawing/marks.js";
import { drawGround } from "./drawing/plot.js";
import { apartEnough, pictureEdge, Thumbnails } from "./drawing/thumbnails.js";

const TOOLS = 44; // pixels at the right that the map's buttons cover
const LARGE = 60; // pixels of a picture that is not enlarged
const PREVIEW = 142; // pixels: width of the enlarged picture with its distance

/** @typedef {{ scene: Points, size: Size, viewpoint: Viewpoint }} View */

/** @param {HTMLElement} panel */
export function makeLayers(panel) {
  const canvas = el("canvas", { class: "ghosts", "aria-hidden": "true" });
  const plot = svg("svg", { class: "plot", "aria-hidden": "true" });
  const dots = el("canvas", { class: "dots", "aria-hidden": "true" });
  const pictures = el("div", { class: "map-pictures", "aria-hidden": "true" });
  const [lines, stars, names, rings] = [svg("g"), svg("g"), svg("g", { class: "clusters" }), svg("g")];
  const overlay = svg("svg", { class: "marks", "aria-hidden": "true" }, lines, stars, names, rings);
  const empty = el("p", { class: "empty" });
  const note = el("p", { class: "map-note", role: "status" });
  const face = el("img", { alt: "" });
  const caption = el("figcaption");
  const hover = el("figure", { class: "hover-preview", hidden: true }, face, caption);
  const controls = el("div", { class: "map-controls" });
  panel.append(canvas, plot, dots, pictures, overlay, axes(), empty, note, hover, controls);
  const thumbnails = new Thumbnails(pictures);
  let edge = 0;

  /** Compute the pixels of all points, and show what moves with them. @param {View} view */
  function place(view) {
    const { scene, size, viewpoint } = view;
    const { frame, whole, memory } = viewpoint;
    const pixel = toPixels(frame, size);
    for (const point of [...scene.points, ...scene.stars]) [point.x, point.y] = pixel(point.at);
    const visible = scene.points.filter(
      ({ x, y }) => x >= 0 && y >= 0 && x <= size.width && y <= size.height,
    );
    edge = pictureEdge(visible.length, magnification(frame, whole), size);
    thumbnails.show(edge ? apartEnough(visible, edge) : [], edge);
    const colourOf = memory.colour === "anchor" ? promptColour : () => "";
    const named = memory.projection === "own" ? visible.filter(({ suggested }) => suggested) : visible;
    const obstacles = [
      ...(edge ? [] : visible.map(({ id, x, y, suggested }) => ({ x, y, ring: ringOf(id, suggested) }))),
      ...scene.stars.map(({ x, y }) => ({ x, y, star: true })),
    ];
    const room = size.width - TOOLS;
    drawLabels(names, withoutOverlap(clusters(named, nameOf, edge), room, obstacles), colourOf);
    hover.hidden ||= edge >= LARGE;
    const target = memory.projection === "own" ? equalOf(pixel) : nearestStar(scene.stars);
    drawTethers(lines, scene.points, target);
    drawStars(stars, scene.stars);
  }

  /**
   * Draw points on the canvas: many of them, or those that move.
   * @param {MapPoint[]} points
   * @param {Size} size
   */
  const drawPoints = (points, size) => drawDots(dots, size, points, isFaded);

  return {
    controls,
    drawPoints,
    overlay,
    note,
    place,
    /**
     * @param {View} view
     * @param {MapPoint[]} points those that are elements
     */
    ground({ size, viewpoint }, points) {
      const { frame, memory } = viewpoint;
      const axes = memory.projection === "own";
      drawGround(plot, { points, axes, frame, size, isFaded });
    },
    /** How far from a point's middle the pointer still means it, in pixels. */
    reach: () => edge / 2,
    /** @param {View} view */
    marks({ scene }) {
      drawMarks(
        rings,
        scene.points.filter(({ id }) => !thumbnails.has(id)),
      );
      thumbnails.mark();
    },
    /** @param {View | null} view null: none are shown */
    ghosts(view) {
      if (!view) return void cleared(canvas, { width: panel.clientWidth, height: panel.clientHeight });
      const { scene, size, viewpoint } = view;
      const hovered = scene.points.find(({ id }) => id === state.hover) ?? null;
      return drawGhosts(canvas, {
        size,
        hovered,
        name: viewpoint.memory.projection,
        pixel: toPixels(viewpoint.frame, size),
        coloured: viewpoint.memory.colour === "round",
      });
    },
    /** @param {string} words in place of points; empty: there are points */
    say(words) {
      empty.hidden = !words;
      setText(empty, words);
    },
    /** Show the picture of a point next to it. @param {MapPoint | undefined} point */
    preview(point) {
      const candidate = point && state.candidates.get(point.id);
      hover.hidden = !candidate || edge >= LARGE;
      if (hover.hidden || !point || !candidate) return;
      if (face.dataset.id !== point.id) {
        face.dataset.id = point.id;
        face.src = thumbnail(point.id);
      }
      const likes = copyWords(candidate, state.project?.kind);
      setText(caption, `${candidate.head ?? candidate.prompt}${likes ? ` · ${likes}` : ""}`);
      const left = point.x + PREVIEW + 8 > panel.clientWidth ? point.x - PREVIEW : point.x + 18;
      const top = Math.max(4, Math.min(panel.clientHeight - hover.offsetHeight - 4, point.y - 70));
      hover.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
    },
  };
}

/** What is not selected steps back. @param {MapPoint} point */
const isFaded = ({ id }) => state.selection.size > 0 && !state.selection.has(id);

/** What the directions of the second projection say. */
const axes = () =>
  el(
    "div",
    { class: "map-axes", "aria-hidden": "true" },
    el("span", { class: "up" }, "↑ nearer to its own prompt"),
    el("span", { class: "across" }, "below the line: copies →"),
  );

/** @param {string} anchor */
const nameOf = (anchor) => state.project?.anchors.find(({ id }) => id === anchor)?.head ?? "";

/**
 * Straight down or up to the line of equality.
 * @param {(at: Pixel) => Pixel} pixel
 * @returns {(point: MapPoint) => Pixel}
 */
const equalOf =
  (pixel) =>
  ({ at }) =>
    pixel([at[0], at[0]]);

/**
 * @param {MapPoint[]} stars
 * @returns {(point: MapPoint) => Pixel | null}
 */
const nearestStar = (stars) => (point) => {
  const distance = (/** @type {MapPoint} */ star) => Math.hypot(star.x - point.x, star.y - point.y);
  const [star] = [...stars].sort((a, b) => distance(a) - distance(b));
  return star ? [star.x, star.y] : null;
};
