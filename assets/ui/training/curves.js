/** The training loss of the round, with a running mean. */
/** @import { Loss } from "payloads" */
import { state, on } from "../app/store.js";
import { projectFigure } from "../app/urls.js";
import { el, svg } from "../kit/dom.js";
import { armsOf } from "../measures/arms.js";
import { mountArms } from "../measures/arms_chart.js";
import { sizeIn } from "./chart_size.js";
import { inTraining } from "./now.js";
import { makePreviews } from "./previews.js";

const BOX = { width: 520, height: 300, left: 46, right: 12, top: 16, bottom: 34 }; // where no place is given

/** @param {HTMLElement} panel */
export function mountCurves(panel) {
  mountArms(panel);
  const chart = el("div", { class: "curve-box" });
  const previews = makePreviews();
  panel.append(chart, previews.node);
  const update = () => {
    if (panel.hidden) return;
    panel.toggleAttribute("data-training", inTraining());
    show(chart, sizeIn(panel));
    previews.update();
  };
  on("round forget view job", update);
  new ResizeObserver(update).observe(panel);
  return {
    rows,
    drawings: () => [...panel.querySelectorAll("svg")].filter((one) => one.matches(".chart")),
    figure: () => projectFigure("clock-arms"),
  };
}

/** The loss, and the measured rounds: one row for each point. */
function rows() {
  const losses = state.round?.losses ?? [];
  const means = running(losses);
  const { points } = armsOf(state.measures?.rounds ?? [], state.measures?.replays ?? []);
  return [
    ["curve", "name", "x", "x low", "x high", "y", "y low", "y high"],
    ...losses.map(([step, loss]) => ["loss", "", step, null, null, loss, null, null]),
    ...means.map(([step, loss]) => ["loss, running mean", "", step, null, null, loss, null, null]),
    ...points.map(({ name, x, y }) => [
      "likeness to the reference (x), to the prompt (y)",
      name,
      x.value,
      x.low,
      x.high,
      y.value,
      y.low,
      y.high,
    ]),
  ];
}

/**
 * @param {HTMLElement} box
 * @param {import("./chart_size.js").Size} size
 */
function show(box, size) {
  const losses = state.round?.losses ?? [];
  const signature = [losses.length, losses.at(-1), size.width, size.height].join();
  if (box.dataset.signature === signature) return;
  box.dataset.signature = signature;
  const [last, smoothed] = [losses.at(-1), running(losses).at(-1)];
  if (losses.length < 2 || !last || !smoothed) {
    box.replaceChildren(
      el("p", { class: "empty" }, "The training loss appears here while the model learns."),
    );
    return;
  }
  box.replaceChildren(
    el(
      "p",
      { class: "curve-title" },
      el("b", {}, "Training loss"),
      ` ${last[0]} steps, now ${smoothed[1].toFixed(3)}`,
    ),
    lossChart(losses, "Training loss", size),
  );
}

/**
 * Running mean over a tenth of the values: the raw loss varies with the sampled noise level.
 * @param {Loss[]} losses
 * @returns {Loss[]}
 */
export function running(losses, share = 0.1) {
  const span = Math.max(1, Math.round(losses.length * share));
  let sum = 0;
  return losses.map(([step, loss], i) => {
    sum += loss - (i >= span ? losses[i - span][1] : 0);
    return [step, sum / Math.min(i + 1, span)];
  });
}

/**
 * The loss curve as an SVG.
 * @param {Loss[]} losses
 * @param {string} [name]
 * @param {Partial<import("./chart_size.js").Size>} [size]
 */
export function lossChart(losses, name = "Training loss", size = {}) {
  const { width, height, left, right, top, bottom } = { ...BOX, ...size };
  const most = Math.max(...losses.map((row) => row[1])) || 1;
  const end = losses.at(-1)?.[0] || 1;
  /** @param {number} step */
  const x = (step) => left + ((width - left - right) * step) / end;
  /** @param {number} loss */
  const y = (loss) => height - bottom - ((height - top - bottom) * loss) / most;
  /** @param {Loss[]} rows */
  const line = (rows) =>
    `M${rows.map(([step, loss]) => `${x(step).toFixed(1)} ${y(loss).toFixed(1)}`).join("L")}`;
  const node = svg("svg", {
    class: "chart",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `${name} over ${end} steps`,
  });
  for (const share of [0, 0.5, 1]) {
    node.append(
      svg("line", { class: "rule", x1: left, x2: width - right, y1: y(share * most), y2: y(share * most) }),
      label(left - 8, y(share * most) + 4, (share * most).toFixed(2), "end"),
    );
  }
  node.append(
    label(left, height - 10, "0", "middle"),
    label(width - right, height - 10, `${end} steps`, "end"),
    svg("path", { class: "raw", d: line(losses) }),
    svg("path", { class: "mean", d: line(running(losses)) }),
  );
  return node;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {string} anchor
 */
function label(x, y, words, anchor) {
  const node = svg("text", { x, y, "text-anchor": anchor });
  node.textContent = words;
  return node;
}
