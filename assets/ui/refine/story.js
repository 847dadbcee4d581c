/** The left column of a refinement: progress, measured changes, loss, and the rule for the next round. */
/** @import { Loss, Refinement } from "payloads" */
import { state, on, busy } from "../app/store.js";
import { openRound, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { chartTitle } from "../kit/chart.js";
import { el, makeButton, setAttribute, setText } from "../kit/dom.js";
import { count, inSentence } from "../kit/format.js";
import { lossChart, running } from "../training/curves.js";
import { makePreviews } from "../training/previews.js";
import { measuredRows } from "./measured.js";
import { toast } from "../kit/toast.js";

const RULES = [
  ["continue", "continues from this refinement"],
  ["repeat", "starts from the base model and is refined again"],
];
/** @typedef {"done" | "now" | "work" | "later"} Mark */
/** @typedef {{ name: string, words: string, mark: Mark }} StepRow */

const ORDER = ["pairs", "review", "refine", "generate", "done"];

/** @param {HTMLElement} box */
export function mountRefineStory(box) {
  const title = el("h2");
  const back = makeButton(
    { title: "Nothing is deleted: the refinement stays in the strip above" },
    undoRefinement,
    "↩ Back to the round before",
  );
  const steps = el("ol", { class: "refine-steps" });
  const measured = el("section", { class: "refine-measured", "aria-label": "What it changed" });
  const losses = el("section", { class: "refine-losses", "aria-label": "Loss of the refinement" });
  const rule = ruleField();
  const previews = makePreviews();
  box.append(
    el("div", { class: "card-head" }, title, back),
    el("div", { class: "refine-scroll" }, steps, measured, rule.node, losses, previews.node),
  );
  const update = () => {
    const now = state.refinement;
    if (!now || state.round?.kind !== "refine") return;
    setText(title, `Refinement of ${inSentence(refined()?.name ?? "a round")}`);
    repaint(steps, stepRows(now), (rows) => rows.map(stepRow));
    steps.toggleAttribute("data-done", now.step === "done");
    repaint(measured, [now.measurements, now.measured_by, now.unmeasured], measuredRows);
    repaint(losses, now.losses, lossRows);
    rule.show(now);
    previews.update();
  };
  on("refinement round job busy", update);
}

/**
 * Replace the children only when `value` has changed.
 * @template Value
 * @param {HTMLElement} node
 * @param {Value} value
 * @param {(value: Value) => Node[]} make
 */
function repaint(node, value, make) {
  const signature = JSON.stringify(value);
  if (node.dataset.signature === signature) return;
  node.dataset.signature = signature;
  node.replaceChildren(...make(value));
  node.hidden = !node.children.length;
}

/**
 * @param {Refinement} now
 * @returns {StepRow[]}
 */
function stepRows(now) {
  const drawn = now.pairs.filter((pair) => pair.maps_version).length;
  const corrected = now.pairs.filter((pair) => pair.painted).length;
  const steps = now.losses.at(-1)?.[0];
  const reached = ORDER.indexOf(now.step);
  const work = busy() && state.job?.round_id === state.roundId ? state.job.kind : null;
  const at = AT[work ?? ""] ?? (now.step === "review" ? 1 : reached);
  return [
    [
      "Pairs",
      drawn
        ? `${drawn} of ${now.pairs.length} generated and judged`
        : "Your images beside what the model generates for the same prompt",
    ],
    [
      "Look",
      corrected
        ? `${corrected} corrected by hand`
        : "Is the heat map wrong somewhere? Open a pair and paint over it, or leave it as it is",
    ],
    ["Train", steps ? count(steps, "step") : "Learns the good areas, ignores the bad"],
    [
      "Compare",
      now.step === "done"
        ? "The same prompts and seeds, before and after"
        : "Generates the same prompts and seeds again",
    ],
  ].map(([name, words], i) => ({
    name,
    words,
    mark: i < at ? "done" : i > at ? "later" : work ? "work" : "now",
  }));
}

/** @type {Partial<Record<string, number>>} the step at which a job works */
const AT = { pairs: 0, refine: 2, generate: 3 };

/** @type {Record<Mark, [glyph: string, words: string]>} */
const MARKS = { done: ["✓", "done"], now: ["●", "next"], work: ["…", "running"], later: ["○", "later"] };

/** @param {StepRow} row */
function stepRow({ name, words, mark }) {
  const [glyph, says] = MARKS[mark];
  return el(
    "li",
    { data: { mark }, "aria-current": ["now", "work"].includes(mark) ? "step" : null },
    el("span", { class: "refine-mark", role: "img", "aria-label": says }, glyph),
    el("span", {}, el("b", {}, name), el("span", {}, words)),
  );
}

/** @param {Loss[]} losses */
function lossRows(losses) {
  const [last, smoothed] = [losses.at(-1), running(losses).at(-1)];
  if (losses.length < 2 || !last || !smoothed) return [];
  return [
    chartTitle("Loss of the refinement", ` ${count(last[0], "step")}, now ${smoothed[1].toFixed(3)}`),
    lossChart(losses, "Loss of the refinement", { height: 190 }),
  ];
}

function ruleField() {
  const words = el("p", { class: "rule-words" });
  const choice = el(
    "select",
    { "aria-label": "What the next round does with this refinement" },
    RULES.map(([value, text]) => el("option", { value }, text)),
  );
  choice.addEventListener("change", async () => {
    const rule = /** @type {"continue" | "repeat"} */ (choice.value); // one of the options
    const answer = await write("next_rule", { project: state.projectId, rule });
    if (!answer && choice.value === rule) choice.value = state.refinement?.rule ?? rule;
    refresh();
  });
  const node = el(
    "section",
    { class: "refine-rule", "aria-label": "The next round" },
    el("label", {}, el("span", {}, "The next round"), choice),
    words,
  );
  return {
    node,
    show: (/** @type {Refinement} */ now) => {
      setText(words, now.next_round_rule);
      if (document.activeElement !== choice) choice.value = now.rule;
      setAttribute(choice, "title", now.next_round_rule);
    },
  };
}

/** The round that this refinement refines. */
function refined() {
  const parent = state.rounds.find((round) => round.id === state.roundId)?.parent_id;
  return state.rounds.find((round) => round.id === parent);
}

function undoRefinement() {
  const before = refined();
  if (!before) return;
  openRound(before.id);
  toast("This is the round before. The refinement stays in the strip above: open it there.");
}
