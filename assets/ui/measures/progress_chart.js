/** A small chart of what the rounds of a line gained and lost, with its sentence. */
/** @import { Curve, Progress } from "./progress.js" */
import { textAt } from "../kit/chart.js";
import { el, svg } from "../kit/dom.js";
import { unbroken } from "../kit/format.js";
import { percent, shown } from "./words.js";
import { progressWords } from "./progress.js";

const BOX = { width: 450, height: 150, left: 46, right: 104, top: 10, bottom: 24 };
const GAP = 16; // least distance of two names at the end of their curves

/** @param {Progress} progress */
export function progressChart(progress) {
  return el(
    "figure",
    { class: "progress" },
    drawing(progress),
    el("figcaption", {}, unbroken(progressWords(progress))),
  );
}

/** @param {Progress} progress */
function drawing({ rounds, curves }) {
  const { width, height, left, right, top, bottom } = BOX;
  const values = curves.flatMap((curve) => curve.values).flatMap((one) => (one ? [one.low, one.high] : []));
  const [low, high] = [Math.min(0, ...values), Math.max(1, ...values)];
  /** @param {number} place */
  const x = (place) => left + 8 + ((width - left - right - 16) * place) / (rounds.length - 1);
  /** @param {number} share */
  const y = (share) => height - bottom - ((height - top - bottom) * (share - low)) / (high - low);
  const node = svg("svg", { class: "progress-chart", viewBox: `0 0 ${width} ${height}`, role: "img" });
  node.setAttribute("aria-label", curves.map(read).join("; "));
  for (const share of [0, 0.5, 1])
    node.append(
      svg("line", { class: "rule", x1: left, x2: width - right, y1: y(share), y2: y(share) }),
      textAt(left - 6, y(share) + 4, percent(share), "end"),
    );
  for (const [place, round] of rounds.entries())
    node.append(textAt(x(place), height - 6, round.name, "middle"));
  const ends = apart(curves.map(({ values: all }) => y(all.at(-1)?.value ?? 0)));
  for (const [number, curve] of curves.entries()) {
    const group = svg("g", { class: `curve-${number + 1}` });
    const points = curve.values.flatMap((one, place) => (one ? [{ ...one, place }] : []));
    const path = points.map((one) => `${x(one.place).toFixed(1)} ${y(one.value).toFixed(1)}`).join("L");
    group.append(svg("path", { d: `M${path}` }));
    for (const { place, value, low: least, high: most } of points)
      group.append(
        svg("line", { class: "spread", x1: x(place), x2: x(place), y1: y(least), y2: y(most) }),
        svg("circle", { cx: x(place), cy: y(value), r: 3.5 }),
      );
    group.append(textAt(width - right + 4, ends[number] + 4, curve.name, "start"));
    node.append(group);
  }
  return node;
}

/** @param {Curve} curve */
const read = ({ name, values }) =>
  `${name}: ${values.map((one) => (one ? shown("carries", one.value) : "unknown")).join(", ")}`;

/**
 * The heights of names, moved down until none covers the one above it.
 * @param {number[]} heights
 */
export function apart(heights) {
  const order = [...heights.keys()].sort((a, b) => heights[a] - heights[b]);
  const found = [...heights];
  for (const [rank, at] of order.entries())
    if (rank) found[at] = Math.max(found[at], found[order[rank - 1]] + GAP);
  return found;
}
