/** Plotly traces and layout of the map. */
/** @import { Candidate } from "../../app/payloads.d.ts" */
/** @import { MapPoint } from "./marks.js" */
import { state } from "../../app/store.js";
import { colours } from "./colours.js";
import { rangeOf } from "./geometry.js";

const MANY = 400; // above this number, points are smaller

/**
 * @param {Candidate[]} candidates
 * @param {MapPoint[]} points of the candidates, in their order
 * @param {MapPoint[]} stars of the references
 */
export function traces(candidates, points, stars) {
  const colour = colours(candidates, state.colour);
  const [small, large] = candidates.length > MANY ? [9, 16] : [13, 21];
  const size = candidates.map((c) => (state.suggested.has(c.id) ? large : small));
  const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  return [
    {
      type: "scatter",
      mode: "markers",
      hoverinfo: "skip",
      x: points.map((p) => p.at[0]),
      y: points.map((p) => p.at[1]),
      marker: {
        color: colour,
        size,
        opacity: 1,
        symbol: candidates.map((c) => (c.copy ? "circle-open" : "circle")),
        line: { width: candidates.map((c) => (c.copy ? 2 : 0)), color: colour },
      },
    },
    {
      type: "scatter",
      mode: "markers",
      hoverinfo: "skip",
      x: stars.map((p) => p.at[0]),
      y: stars.map((p) => p.at[1]),
      marker: { color: accent, size: 24, symbol: "star" },
    },
  ];
}

/**
 * @param {HTMLElement} plot
 * @param {MapPoint[]} points
 */
export function layout(plot, points) {
  const xs = points.map((p) => p.at[0]);
  const ys = points.map((p) => p.at[1]);
  /** @param {number[]} values */
  const axis = (values) => ({ visible: false, fixedrange: true, range: rangeOf(values) });
  return {
    autosize: true,
    showlegend: false,
    dragmode: false,
    margin: { l: 6, r: 6, t: 6, b: 6 },
    width: plot.clientWidth,
    height: plot.clientHeight,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    xaxis: axis(xs),
    yaxis: axis(ys),
  };
}
