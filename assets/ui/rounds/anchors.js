/** Table of the test prompts by priority: overfit rate with its interval, entropy, and why it was chosen. */
/** @import { Round, Score } from "payloads" */
import { isJudged, state, on, busy, drawing, setFocus, setHover } from "../app/store.js";
import { projectFigure } from "../app/urls.js";
import { howComputed } from "../how/how.js";
import { el, focusKept, focusedIn, makeButton, repeats } from "../kit/dom.js";
import { unbroken, undecided } from "../kit/format.js";
import { turnPanel } from "./turn/turn.js";
import { askTrainings } from "./ask_trainings.js";
import { editAnchors } from "../reference/anchors_editor.js";

/** @typedef {{ how: HTMLElement, turn: HTMLElement }} Kept what stands above the table, created once */

/** @param {HTMLElement} panel */
export function mountAnchors(panel) {
  const how = howComputed("weights"); // created once: it stays expanded when the table is re-rendered
  const turn = turnPanel(panel);
  const update = () => {
    if (!panel.hidden) show(panel, { how, turn });
  };
  on("scores round job forget view received", update);
  on("hover", () => highlight(panel));
  return { rows, figure: () => projectFigure("rates") };
}

/** @returns {import("./views/table.js").Row[]} */
const rows = () => [
  [
    "priority",
    "test prompt",
    "pictures",
    "copies",
    "rate",
    "low",
    "high",
    "entropy",
    "disagreement",
    "suggested",
  ],
  ...state.scores.map(({ rank, prompt, n, copies, rate, low, high, entropy, disagreement, chosen }) => [
    rank,
    prompt,
    n,
    copies,
    rate,
    low,
    high,
    entropy,
    disagreement ?? "",
    chosen ? "yes" : "no",
  ]),
];

/**
 * @param {HTMLElement} box
 * @param {Kept} kept
 */
function show(box, kept) {
  const { scores, round } = state;
  if (repeats(box, [scores, drawing(), busy(), state.round?.example_weight, state.round?.complete])) return;
  const keep = focusedIn(box)?.dataset.keep;
  fill(box, kept, scores, round);
  focusKept(box, keep);
}

/**
 * @param {HTMLElement} box
 * @param {Kept} kept
 * @param {Score[]} scores
 * @param {Round | null} round
 */
function fill(box, { how, turn }, scores, round) {
  if (!scores.length || !round) {
    box.replaceChildren(
      el(
        "div",
        { class: "empty" },
        el("p", {}, "Test prompts are scored as their images are generated."),
        state.project ? editButton() : null,
      ),
    );
    return;
  }
  const asked = scores.some(({ disagreement }) => disagreement !== null);
  const judged = ["Copies", "Uncertain", ...(asked ? ["Disagree"] : [])];
  const columns = ["", "Test prompt and why", ...(isJudged() ? judged : [])];
  box.replaceChildren(
    ...(isJudged() ? [meanEntropy(round)] : []),
    el("div", { class: "prompt-head" }, how, promptActions(round)),
    turn,
    el(
      "table",
      { class: "table" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          columns.map((name, i) => el("th", { scope: "col", title: TITLES[i] }, name)),
        ),
      ),
      el(
        "tbody",
        {},
        scores.map((score) => row(score, asked)),
      ),
    ),
  );
}

/** @param {Round} round */
function meanEntropy(round) {
  const { mean_entropy: mean, example_weight: weight } = round;
  return el(
    "p",
    { class: "mean-entropy", title: `Mean uncertainty over all test prompts: ${undecided(mean)}` },
    "Accepted images train at weight ",
    el("b", {}, String(Number(weight.toPrecision(2)))),
    " (a reference counts 1).",
  );
}

/** @param {Round} round */
const promptActions = (round) =>
  el(
    "span",
    { class: "prompt-actions" },
    round.kind === "fine_tune" && round.complete && !round.source && isJudged()
      ? makeButton({ data: { keep: "ask" }, disabled: busy() }, askTrainings, "Compare runs")
      : null,
    editButton(),
  );

function editButton() {
  return makeButton({ data: { keep: "anchors" } }, editAnchors, "Edit test prompts");
}

const TITLES = [
  "Priority",
  "The prompt, and why it was chosen or not",
  "Share of copies, with its 95% interval",
  "How uncertain the model is about this prompt: 100% when half of the images are copies (entropy, as a " +
    "share of its largest value)",
  "How much runs with other seeds disagree on which images are copies: mutual information, as a share " +
    "of its largest value",
];

/**
 * @param {Score} score
 * @param {boolean} asked whether there is a column for what several trainings say
 */
function row(score, asked) {
  const first = [...state.candidates.values()].find((c) => c.anchor_id === score.anchor_id)?.id ?? null;
  const go = () => setFocus(score.suggested ?? first, "anchors");
  return el(
    "tr",
    {
      data: { anchor: score.anchor_id, chosen: score.chosen ? "yes" : "no" },
      on: {
        click: go,
        pointerenter: () => setHover(score.suggested ?? first, "anchors"),
        pointerleave: () => setHover(null, "anchors"),
      },
    },
    el("td", {}, el("span", { class: "rank" }, score.rank && isJudged() ? String(score.rank) : "·")),
    el(
      "th",
      { scope: "row" },
      makeButton({ class: "link" }, go, score.head),
      score.chosen ? el("span", { class: "star", title: "Suggested", "aria-label": "suggested" }, "★") : null,
      el("span", { class: "why" }, unbroken(score.reason)),
    ),
    ...(isJudged() ? figures(score, asked) : []),
  );
}

/**
 * @param {Score} score
 * @param {boolean} asked
 */
const figures = (score, asked) => [
  el("td", { class: "copies-cell" }, interval(score), el("span", {}, `${score.copies}/${score.n}`)),
  el("td", {}, undecided(score.entropy)),
  asked ? el("td", {}, score.disagreement === null ? "·" : undecided(score.disagreement)) : null,
];

/** @param {number} share in [0, 1] */
const percent = (share) => Math.round(100 * share);

/**
 * The overfit rate as a dot on its confidence interval.
 * @param {Score} score
 */
function interval({ rate, low, high, copies, n }) {
  const [range, dot] = [el("i", { class: "range" }), el("i", { class: "dot" })];
  const bar = el(
    "span",
    {
      class: "interval",
      role: "img",
      "aria-label": `${copies} of ${n}: ${percent(rate)}%, interval ${percent(low)} to ${percent(high)}%`,
      title: `${percent(rate)}%, 95% interval ${percent(low)} to ${percent(high)}%`,
    },
    range,
    dot,
  );
  range.style.left = `${100 * low}%`;
  range.style.width = `${100 * (high - low)}%`;
  dot.style.left = `${100 * rate}%`;
  return bar;
}

/** @param {HTMLElement} box */
function highlight(box) {
  if (box.hidden) return;
  const anchor = state.candidates.get(state.hover ?? "")?.anchor_id;
  for (const node of box.querySelectorAll("tr[data-hot]")) node.removeAttribute("data-hot");
  for (const node of box.querySelectorAll("tr[data-anchor]"))
    if (node.getAttribute("data-anchor") === anchor) node.setAttribute("data-hot", "");
}
