/** The training loss of the round, with a running mean. */
/** @import { Loss, Validation } from "payloads" */
import { state, on } from "../app/store.js";
import { projectFigure } from "../app/urls.js";
import { ask } from "../app/apply_poll.js";
import { write } from "../app/writes.js";
import { chartTitle, sizeIn, textAt } from "../kit/chart.js";
import { el, makeButton, svg } from "../kit/dom.js";
import { armsOf } from "../measures/arms.js";
import { mountArms } from "../measures/arms_chart.js";
import { canTrainOn, moreStepsButton } from "./more_steps.js";
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
  const { points } = armsOf(state.measures?.rounds ?? [], state.replays?.made ?? []);
  return [
    ["curve", "name", "x", "x low", "x high", "y", "y low", "y high"],
    ...losses.map(([step, loss]) => ["loss", "", step, null, null, loss, null, null]),
    ...(state.round?.restarts ?? []).map((step) => ["resumed", "", step, null, null, null, null, null]),
    ...(state.round?.validations ?? []).map(({ step, copies, pictures }) => [
      "share of copies of sample images",
      "",
      step,
      null,
      null,
      copies / pictures,
      null,
      null,
    ]),
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
 * @param {import("../kit/chart.js").Size} size
 */
function show(box, size) {
  const losses = state.round?.losses ?? [];
  const validations = state.round?.validations ?? [];
  const restarts = state.round?.restarts ?? [];
  const kept = state.job?.round_id === state.roundId ? (state.job?.kept ?? null) : null;
  const isRunning = state.job?.state === "running";
  const signature = [
    losses.length,
    losses.at(-1),
    size.width,
    size.height,
    validations.length,
    restarts.length,
    kept,
    isRunning,
    canTrainOn(),
  ].join();
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
    chartTitle("Training loss", ` ${last[0]} steps, now ${smoothed[1].toFixed(3)}`, copiesNow(validations)),
    ...(kept && isRunning ? [onlyCopies(kept)] : []),
    ...(canTrainOn() ? [moreStepsButton()] : []),
    lossChart(losses, "Training loss", size, validations, restarts),
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
 * @param {Partial<import("../kit/chart.js").Size>} [size]
 * @param {Validation[]} [validations]
 * @param {number[]} [restarts] the first steps after the training went on from a checkpoint
 */
export function lossChart(losses, name = "Training loss", size = {}, validations = [], restarts = []) {
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
      textAt(left - 8, y(share * most) + 4, (share * most).toFixed(2), "end"),
    );
  }
  for (const step of restarts) {
    const mark = svg("line", { class: "restart", x1: x(step), x2: x(step), y1: top, y2: height - bottom });
    const words = svg("title", {});
    words.textContent = `Resumed before step ${step}`;
    mark.append(words);
    node.append(mark);
  }
  node.append(
    textAt(left, height - 10, "0", "middle"),
    textAt(width - right, height - 10, `${end} steps`, "end"),
    svg("path", { class: "raw", d: line(losses) }),
    svg("path", { class: "mean", d: line(running(losses)) }),
  );
  if (validations.length) node.append(...copyMarks(validations, { x, width, height, right, top, bottom }));
  return node;
}

/**
 * The share of copies among sample images after each validated step, against an axis at the right.
 * @param {Validation[]} validations
 * @param {{ x: (step: number) => number, width: number, height: number, right: number, top: number,
 *   bottom: number }} frame
 */
function copyMarks(validations, { x, width, height, right, top, bottom }) {
  /** @param {number} share */
  const y = (share) => height - bottom - (height - top - bottom) * share;
  const at = validations.map(({ step, copies, pictures }) => [x(step), y(copies / pictures)]);
  const marks = validations.map(({ step, copies, pictures }, i) => {
    const mark = svg("circle", { class: "copies", cx: at[i][0], cy: at[i][1], r: 4 });
    const words = svg("title", {});
    words.textContent = `Step ${step}: ${copies} of ${pictures} sample images are copies`;
    mark.append(words);
    return mark;
  });
  return [
    svg("path", {
      class: "copies",
      d: `M${at.map(([left, down]) => `${left.toFixed(1)} ${down.toFixed(1)}`).join("L")}`,
    }),
    ...marks,
    textAt(width - right, y(1) - 5, "all copies", "end"),
  ];
}

/** @param {Validation[]} validations */
function copiesNow(validations) {
  const last = validations.at(-1);
  return last
    ? el("span", { class: "copies-now" }, `${last.copies} of ${last.pictures} sample images are copies`)
    : null;
}

/**
 * The offer to go back to the step since which more steps only copied.
 * @param {number} step
 */
function onlyCopies(step) {
  const stop = makeButton(
    { class: "button small", data: { action: "only-copies" } },
    async () => {
      stop.disabled = true;
      const { job } = state;
      if (job) await write("keep", { job: job.id });
      ask("job");
    },
    `Keep step ${step}`,
  );
  return el(
    "p",
    { class: "only-copies", role: "status" },
    `Since step ${step}, more training has only added copies.`,
    stop,
  );
}
