/** The chart of rounds in the tab Curves, after the clock arms of the GAL paper. */
/** @import { Point } from "./arms.js" */
import { isJudged, state, on } from "../app/store.js";
import { openProject, openRound } from "../app/session.js";
import { howComputed } from "../how/how.js";
import { chartTitle, sizeIn, textAt } from "../kit/chart.js";
import { el, makeButton, repeats, svg } from "../kit/dom.js";
import { armsOf, scale } from "./arms.js";
import { placeLabels } from "./labels.js";
import { mountReplays } from "./replays.js";

const EDGES = { left: 50, right: 20, top: 14, bottom: 44 };
/** @typedef {typeof EDGES & import("../kit/chart.js").Size} Box */
const LABEL = 130; // pixels of the label of the upright axis
const COLOURS = 6; // --arm-1 to --arm-6 in measures.css

/** @param {HTMLElement} panel */
export function mountArms(panel) {
  const box = el("section", { class: "arms", "aria-label": "Rounds on the benchmark" });
  const how = howComputed("arms"); // created once: it stays expanded when the chart is drawn again
  panel.append(box);
  mountReplays(panel);
  const update = () => {
    if (!panel.hidden) show(box, how, sizeIn(panel));
  };
  on("measures replays forget view round", update);
  new ResizeObserver(update).observe(panel);
}

/**
 * @param {HTMLElement} box
 * @param {HTMLElement} how
 * @param {import("../kit/chart.js").Size} size
 */
function show(box, how, size) {
  const { points, lines } = armsOf(state.measures?.rounds ?? [], state.replays?.made ?? []);
  if (repeats(box, [points, state.roundId, size])) return;
  if (points.length < 2) {
    box.replaceChildren(
      chartTitle("Rounds on the benchmark"),
      el(
        "p",
        { class: "arms-none" },
        isJudged()
          ? "Each measured round becomes a point here: how well it matches prompts, and how much it " +
              "resembles the reference."
          : "No chart: likeness cannot be measured without reference images.",
      ),
    );
    return;
  }
  box.replaceChildren(
    chartTitle(
      "Rounds on the benchmark",
      " Up and to the right is better; copies are at the bottom right. ",
      replaysBelow(box),
    ),
    chart(points, lines, { ...EDGES, ...size }),
    how,
  );
}

/**
 * A button that leads to the replays below, if the project can be replayed.
 * @param {HTMLElement} box
 */
function replaysBelow(box) {
  const trained = state.measures?.rounds.filter((round) => round.id && round.trained) ?? [];
  if (state.replays?.own || trained.length < 2) return "";
  const scroll = () => box.parentElement?.querySelector(".replays")?.scrollIntoView({ block: "nearest" });
  return makeButton({ class: "link" }, scroll, "Replay it ↓");
}

/** @param {number} arm */
const colour = (arm) => (arm ? `var(--arm-${((arm - 1) % COLOURS) + 1})` : "var(--muted)");

/**
 * @param {Point[]} points
 * @param {import("./arms.js").Line[]} lines
 * @param {Box} box
 */
function chart(points, lines, box) {
  const { width, height, left, right, top, bottom } = box;
  const x = scale(
    points.map((point) => point.x),
    left,
    width - right,
  );
  const y = scale(
    points.map((point) => point.y),
    height - bottom,
    top,
  );
  const node = svg("svg", { class: "chart arms-chart", viewBox: `0 0 ${width} ${height}`, role: "group" });
  node.setAttribute(
    "aria-label",
    points
      .map(({ name, x: i, y: t }) => `${name}: prompt ${t.value.toFixed(3)}, reference ${i.value.toFixed(3)}`)
      .join("; "),
  );
  node.append(...axes(x, y, box));
  for (const { from, to, arm } of lines) {
    const line = svg("line", {
      class: to.kind === "replay" ? "arm replayed" : from.kind === "base" ? "arm from-base" : "arm",
      x1: x.at(from.x.value),
      y1: y.at(from.y.value),
      x2: x.at(to.x.value),
      y2: y.at(to.y.value),
    });
    line.style.stroke = colour(arm);
    node.append(line);
  }
  const named = points.map((point) => ({
    x: x.at(point.x.value),
    y: y.at(point.y.value),
    words: labelOf(point),
  }));
  const places = placeLabels(named, { left: left + 2, right: width - 14, top: 0, bottom: height - bottom });
  for (const [i, point] of points.entries()) node.append(mark(point, x, y, places[i]));
  return node;
}

/**
 * @param {ReturnType<typeof scale>} x
 * @param {ReturnType<typeof scale>} y
 * @param {Box} box
 */
function axes(x, y, { width, height, left, right, top, bottom }) {
  const [low, high] = [height - bottom, top];
  return [
    svg("line", { class: "rule", x1: left, x2: width - right, y1: low, y2: low }),
    svg("line", { class: "rule", x1: left, x2: left, y1: low, y2: high }),
    textAt(left, low + 16, number(x.from), "start"),
    textAt(width - right, low + 16, number(x.to), "end"),
    textAt((left + width - right) / 2, height - 8, "likeness to the reference →", "middle"),
    textAt(left - 6, low, number(y.from), "end"),
    textAt(left - 6, high + 10, number(y.to), "end"),
    vertical(14, (low + high) / 2, low - high < LABEL ? "prompt →" : "matches its prompt →"),
  ];
}

/** @param {number} value */
const number = (value) => (Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2).replace("-", "−"));

/** @param {Point} point */
const labelOf = ({ id, kind, label }) =>
  `${id && state.measures?.best === id ? "★ " : ""}${kind === "plain" ? `${label} (plain)` : label}`;

/**
 * A point with its intervals and its name; a click opens its round.
 * @param {Point} point
 * @param {ReturnType<typeof scale>} x
 * @param {ReturnType<typeof scale>} y
 * @param {import("./labels.js").Place} place of the name
 */
function mark(point, x, y, place) {
  const { id, kind, arm, project } = point;
  const [at, up] = [x.at(point.x.value), y.at(point.y.value)];
  const node = svg("g", { class: `point ${kind}`, "data-round": id ?? "" });
  node.append(
    svg("line", { class: "spread", x1: x.at(point.x.low), x2: x.at(point.x.high), y1: up, y2: up }),
    svg("line", { class: "spread", x1: at, x2: at, y1: y.at(point.y.low), y2: y.at(point.y.high) }),
  );
  const isRound = kind === "round" || kind === "replay";
  const shape = isRound
    ? svg("circle", { cx: at, cy: up, r: id === state.roundId ? 7 : 5.5 })
    : svg("rect", { x: at - 5, y: up - 5, width: 10, height: 10 });
  if (kind === "base") shape.setAttribute("transform", `rotate(45 ${at} ${up})`);
  shape.style.stroke = colour(arm);
  shape.style.fill = kind === "round" ? colour(arm) : "var(--surface)";
  const label = textAt(place.x, place.y, labelOf(point), place.anchor);
  if (id === state.roundId) label.classList.add("current");
  node.append(shape, label, title(point));
  if (project) node.addEventListener("click", () => openProject(project, { roundId: id }));
  else if (id !== null) node.addEventListener("click", () => openRound(id));
  return node;
}

/** @param {Point} point */
function title({ name, kind, x, y }) {
  const node = svg("title");
  /** @param {import("payloads").Interval} i */
  const range = (i) => `${i.value.toFixed(3)} [${i.low.toFixed(3)}, ${i.high.toFixed(3)}]`;
  const words = `matches its prompt ${range(y)}, likeness ${range(x)}`;
  const plain = kind === "plain" ? " (plain fine-tuning: learned from the references alone)" : "";
  node.textContent = `${name}${plain}: ${words}, ${x.pictures} images`;
  return node;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 */
function vertical(x, y, words) {
  const node = textAt(x, y, words, "middle");
  node.setAttribute("transform", `rotate(-90 ${x} ${y})`);
  return node;
}
