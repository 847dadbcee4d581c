/** Plotly's part of the map: points, stars and axes; while the map moves, its drawing is only stretched. */
/** @import { Frame, Size } from "../camera.js" */
/** @import { MapPoint } from "./marks.js" */
/** @import { Plotly } from "../../../app/plotly.js" */
import { plotly } from "../../../app/plotly.js";
import { MARGIN, stretched } from "../camera.js";
import { diameters } from "./dots.js";

const QUICK = 12; // ms; a map that is drawn in less is drawn anew in each frame instead of stretched
const SETTLE = 90; // ms after the last movement, when it is drawn anew
/**
 * What is drawn. `stars` are the references. With `axes`, both are shown and the line of equality is drawn.
 * @typedef {{ points: MapPoint[], stars: MapPoint[], axes: boolean }} Scene
 */

/** @param {MapPoint[]} points */
function trace(points) {
  const [small, large] = diameters(points.length);
  const colour = points.map((p) => p.colour);
  return {
    type: "scatter",
    mode: "markers",
    hoverinfo: "skip",
    x: points.map((p) => p.at[0]),
    y: points.map((p) => p.at[1]),
    marker: {
      color: colour,
      size: points.map((p) => (p.suggested ? large : small)),
      opacity: 1,
      symbol: points.map((p) => (p.copy ? "circle-open" : "circle")),
      line: { width: points.map((p) => (p.copy ? 2 : 0)), color: colour },
    },
  };
}

/**
 * Plotly writes the opacity of a point beside its colour.
 * @param {string} colour `rgba(r,g,b,a)`
 */
const opaque = (colour) => colour.replace(/^rgba\((.*),[^,]*\)$/, "rgb($1)");

/** @param {string} name */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {MapPoint[]} stars */
const starTrace = (stars) => ({
  type: "scatter",
  mode: "markers",
  hoverinfo: "skip",
  x: stars.map((p) => p.at[0]),
  y: stars.map((p) => p.at[1]),
  marker: { color: token("--accent"), size: 24, symbol: "star" },
});

/** The line of equality, and the side of the copies below it. */
const equality = () => [
  {
    type: "path",
    layer: "below",
    path: "M-2,-2L2,2L2,-2Z",
    fillcolor: token("--warm"),
    opacity: 0.06,
    line: { width: 0 },
  },
  {
    type: "line",
    layer: "below",
    x0: -2,
    y0: -2,
    x1: 2,
    y1: 2,
    line: { color: token("--muted"), width: 1, dash: "dot" },
  },
];

/**
 * @param {Frame} frame
 * @param {Size} size
 * @param {Scene} scene
 */
function layout(frame, size, { axes }) {
  const axis = (/** @type {[number, number]} */ range) => ({
    visible: axes,
    fixedrange: true,
    range: [...range],
    nticks: 5,
    showgrid: false,
    zeroline: false,
    ticklabelposition: "inside",
    tickfont: { size: 10, color: token("--muted") },
  });
  return {
    ...size,
    autosize: false,
    showlegend: false,
    dragmode: false,
    margin: MARGIN,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    xaxis: axis(frame.x),
    yaxis: axis(frame.y),
    shapes: axes ? equality() : [],
  };
}

/** The drawing of one map. */
export class Chart {
  /** @type {Plotly | null} */
  #library = null;
  /** @type {{ frame: Frame, size: Size } | null} what Plotly has drawn */
  #drawn = null;
  /** @type {Scene | null} */
  #scene = null;
  #recoloured = false; // since Plotly has drawn
  #isFaded = (/** @type {number} */ _index) => false;
  /** @type {Element[]} the points as Plotly drew them, in the order of the scene */
  #dots = [];
  #cost = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settle;

  /** @param {HTMLElement} node */
  constructor(node) {
    this.node = node;
  }

  /** The library; the first call loads it. */
  async load() {
    this.#library ??= await plotly();
  }

  get loaded() {
    return this.#library !== null;
  }

  /**
   * Draw a scene.
   * @param {Scene} scene
   * @param {Frame} frame
   * @param {Size} size
   */
  async draw(scene, frame, size) {
    if (!this.#library) return;
    clearTimeout(this.#settle);
    this.#scene = scene;
    this.#recoloured = false;
    await this.#library.react(
      this.node,
      [trace(scene.points), starTrace(scene.stars)],
      layout(frame, size, scene),
      { staticPlot: true, responsive: false },
    );
    this.#keep(frame, size);
    this.#cost = scene.points.length ? Infinity : 0;
    this.#dots = scene.points.length
      ? [...this.node.querySelectorAll(".scatterlayer .trace:first-child .point")]
      : [];
    this.fade(this.#isFaded);
  }

  /**
   * Give the drawn points their colours anew, without Plotly: it would lay out everything again.
   * @param {MapPoint[]} points as they were drawn
   */
  recolour(points) {
    this.#dots.forEach((dot, i) => {
      const { copy, colour } = points[i];
      if (dot instanceof SVGElement) dot.style[copy ? "stroke" : "fill"] = opaque(colour);
    });
    this.#recoloured = true;
  }

  /**
   * Show another part: at once if that is quick, else the old drawing is stretched until the movement ends.
   * @param {Frame} frame
   */
  aim(frame) {
    if (!this.#library || !this.#drawn) return;
    const { size } = this.#drawn;
    clearTimeout(this.#settle);
    if (this.#cost <= QUICK) return this.#redraw(frame, size);
    this.node.style.transform = stretched(this.#drawn.frame, frame, size);
    this.node.classList.add("stretched");
    this.#settle = setTimeout(() => this.#redraw(frame, size), SETTLE);
    return undefined;
  }

  /**
   * @param {Frame} frame
   * @param {Size} size
   */
  async #redraw(frame, size) {
    const start = performance.now();
    if (this.#recoloured && this.#scene) await this.draw(this.#scene, frame, size);
    else {
      this.#library?.relayout(this.node, { "xaxis.range": [...frame.x], "yaxis.range": [...frame.y] });
      this.#keep(frame, size);
    }
    this.#cost = performance.now() - start;
  }

  /**
   * @param {Frame} frame
   * @param {Size} size
   */
  #keep(frame, size) {
    this.#drawn = { frame, size };
    this.node.style.transform = "";
    this.node.classList.remove("stretched");
  }

  /**
   * Let the points of which `isFaded` is true step back.
   * @param {(index: number) => boolean} isFaded
   */
  fade(isFaded) {
    this.#isFaded = isFaded;
    this.#dots.forEach((dot, i) => {
      const faded = isFaded(i);
      if (dot.classList.contains("faded") !== faded) dot.classList.toggle("faded", faded);
    });
  }
}
