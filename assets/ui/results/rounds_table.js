/** The table of rounds: figures on the benchmark with the change since the round before, and the LoRAs. */
/** @import { Change, Interval, MeasuredRound, Measures, Metric, RoundResult } from "payloads" */
import { inSentence } from "../kit/format.js";
import { state } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton } from "../kit/dom.js";
import { explained } from "../kit/explained.js";
import { openExports } from "./exports.js";
import { METRICS, NAMES } from "../measures/metrics.js";
import {
  agreeing,
  changeInFull,
  changeInShort,
  inFull,
  nameBefore,
  reportOf,
  shown,
  signed,
} from "../measures/words.js";

const HEAD = [
  ["Round", ""],
  ...NAMES.map((metric) => [METRICS[metric].name, METRICS[metric].title]),
  [
    "Gain over base",
    "How useful the pictures are, in points: 100 for one that is no copy, shows what was asked for and has " +
      "all of the style or object, 0 for the base model’s. The best round has the largest. Changes since " +
      "the round before stand beside the other figures.",
  ],
  [
    "Learned",
    "How many new pictures of the accepted prompts, which the round was trained on, are as asked. The " +
      "other columns are about prompts that no training uses. There are few such pictures at first, so " +
      "that a change may be chance: ? says so.",
  ],
  ["Accepted", "How many of this round’s pictures were accepted. The next round learns from them."],
  [
    "Weight",
    "How much each picture that was accepted in this round counts when the next rounds are trained. A " +
      "reference counts 1.",
  ],
  ["LoRA", ""],
];

/**
 * The heading of a column: what is carried is the style or the object of the project.
 * @param {string} name
 */
const headed = (name) =>
  name === METRICS.carries.name && state.project ? `${name} the ${state.project.kind}` : name;

/**
 * @param {RoundResult[]} rounds
 * @param {Measures | null} measures
 */
export function roundsTable(rounds, measures) {
  const base = measures?.rounds.find((round) => round.id === null);
  return el(
    "table",
    { class: "table results-table" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        HEAD.map(([name, words]) =>
          el("th", { scope: "col" }, words ? explained(headed(name), words) : name),
        ),
      ),
    ),
    el(
      "tbody",
      {},
      measures && base?.report ? baseRow(measures, base) : null,
      rounds.map((round) => row(round, measures)),
    ),
  );
}

/**
 * @param {Measures} measures
 * @param {MeasuredRound} base
 */
function baseRow(measures, base) {
  return el(
    "tr",
    { class: "base-row" },
    el("th", { scope: "row", title: "What the model draws without any training" }, base.name),
    ...cells(measures, base),
    el("td", {}, "–"),
    el("td", {}, "–"),
    el("td", {}, "–"),
  );
}

/**
 * @param {RoundResult} round
 * @param {Measures | null} measures
 */
function row(round, measures) {
  const measured = measures?.rounds.find((other) => other.id === round.id);
  const best = measures?.best === round.id;
  return el(
    "tr",
    { data: { best: best ? "yes" : "no" } },
    el("th", { scope: "row" }, round.name),
    ...(measures && measured ? cells(measures, measured) : HEAD.slice(1, -3).map(() => el("td", {}, "–"))),
    el("td", {}, String(round.accepted.length)),
    el("td", {}, round.accepted.length ? String(Number(round.weight.toPrecision(2))) : "–"),
    el("td", {}, isThere(round) ? download(round) : "–"),
  );
}

/**
 * @param {Measures} measures
 * @param {MeasuredRound} measured
 */
function cells(measures, measured) {
  const { report, id } = measured;
  if (!report) return [el("td", { colspan: HEAD.length - 4, class: "unmeasured" }, unmeasured(measured))];
  const before = id === null ? null : reportOf(measures, measured.parent_id);
  /** @type {[Metric, Interval | null | undefined, Change | null | undefined][]} */
  const figures = NAMES.map((metric) => {
    const [figure, change] = [report.figures[metric], report.changes[metric]];
    return [metric, figure, change && agreeing(metric, change, before?.figures[metric], figure)];
  });
  const made = figures.map((one) => cell(measures, measured, one));
  return [
    ...made,
    gainCell(id === null ? null : report.gain),
    cell(measures, measured, ["as_asked", report.learned, report.learned_change]),
  ];
}

/** @param {Interval | null} gain */
const gainCell = (gain) =>
  gain ? el("td", { title: gainInFull(gain) }, signed("carries", gain.value)) : el("td", {}, "–");

/** @param {Interval} gain */
const gainInFull = ({ value, low, high }) =>
  `${signed("carries", value)}, 95 % interval ${signed("carries", low)} to ${signed("carries", high)}`;

/**
 * @param {Measures} measures
 * @param {MeasuredRound} measured
 * @param {[Metric, Interval | null | undefined, Change | null | undefined]} shownFigure
 */
function cell(measures, { id, parent_id }, [metric, figure, change]) {
  if (!figure) return el("td", {}, "–");
  const short = change ? changeInShort(metric, change, parent_id === null) : null;
  return el(
    "td",
    {},
    el("span", { title: inFull(metric, figure) }, shown(metric, figure.value)),
    change && short
      ? el(
          "span",
          {
            class: "change",
            data: { verdict: short.verdict },
            title: changeInFull(metric, change, nameBefore(measures, id)),
          },
          short.text,
        )
      : null,
  );
}

/** @param {MeasuredRound} measured */
function unmeasured({ id, trained, drawn, wanted }) {
  if (id === null || !trained) return "–";
  const working = [...state.queue.working, ...state.queue.waiting].find(
    (job) => job.kind === "measure" && job.round_id === id,
  );
  const words = drawn ? `${drawn} of ${wanted} pictures measured ` : "Not measured ";
  if (working) return working.state === "running" ? `${words}· measuring` : `${words}· waits for its turn`;
  /** @param {Event} event */
  const ask = async ({ currentTarget }) => {
    if (currentTarget instanceof HTMLButtonElement) currentTarget.disabled = true;
    const answer = await write("measure", { round: id });
    if (!answer && currentTarget instanceof HTMLButtonElement) currentTarget.disabled = false;
    await refresh();
  };
  return [words, makeButton({ data: { keep: `measure ${id}` } }, ask, drawn ? "Go on" : "Measure")];
}

/**
 * Can it be downloaded: is it trained, or drawn without training?
 * @param {RoundResult} round
 */
const isThere = (round) =>
  round.adapter || (round.candidates > 0 && round.exports.some(({ form }) => form === "references"));

/** @param {RoundResult} round */
const download = (round) =>
  makeButton(
    {
      data: { keep: `download ${round.id}` },
      "aria-label": `Download ${round.adapter ? "the LoRA of " : ""}${inSentence(round.name)}`,
    },
    () => openExports(round),
    "Download…",
  );
