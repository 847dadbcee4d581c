/** The table of rounds: figures on the benchmark with the change since the round before, and the LoRAs. */
/** @import { Interval, MeasuredRound, Measures, RoundResult } from "payloads" */
import { inSentence } from "../kit/format.js";
import { state } from "../app/store.js";
import { refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { el, makeButton } from "../kit/dom.js";
import { explained } from "../kit/explained.js";
import { openExports } from "./exports.js";
import { METRICS, NAMES, metricName } from "../measures/metrics.js";
import { cellWords, learnedWords, signed } from "../measures/words.js";

const HEAD = [
  ["Round", ""],
  ...NAMES.map((metric) => [METRICS[metric].name, METRICS[metric].title]),
  [
    "Gain over base",
    "How much closer to the reference than the base model, counting only images that match the prompt. The " +
      "best round has the highest.",
  ],
  [
    "Learned",
    "Prompt match on the accepted prompts, which this round was trained on. The other columns are about " +
      "prompts that no training uses.",
  ],
  ["Accepted", "How many images of this round were accepted. The next round trains on them."],
  ["Weight", "How much each accepted image of this round counts in training. A reference counts 1."],
  ["LoRA", ""],
];

/**
 * The heading of a column: what is learned is the style or the object of the project.
 * @param {string} name
 */
const headed = (name) => (name === METRICS.carries.name ? metricName("carries", state.project?.kind) : name);

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
    el("th", { scope: "row", title: "The model without any training" }, base.name),
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
  return [
    ...NAMES.map((metric) => cell(cellWords(measures, measured, metric))),
    gainCell(id === null ? null : report.gain),
    cell(learnedWords(measures, measured)),
  ];
}

/** @param {Interval | null} gain */
const gainCell = (gain) =>
  gain ? el("td", { title: gainInFull(gain) }, signed("carries", gain.value)) : el("td", {}, "–");

/** @param {Interval} gain */
const gainInFull = ({ value, low, high }) =>
  `${signed("carries", value)}, 95% interval ${signed("carries", low)} to ${signed("carries", high)}`;

/** @param {import("../measures/words.js").CellWords | null} words */
function cell(words) {
  if (!words) return el("td", {}, "–");
  const { text, title, change } = words;
  return el(
    "td",
    {},
    el("span", { title }, text),
    change
      ? el("span", { class: "change", data: { verdict: change.verdict }, title: change.title }, change.text)
      : null,
  );
}

/** @param {MeasuredRound} measured */
function unmeasured({ id, trained, drawn, wanted }) {
  if (id === null || !trained) return "–";
  const working = [...state.queue.working, ...state.queue.waiting].find(
    (job) => job.kind === "measure" && job.round_id === id,
  );
  const words = drawn ? `${drawn} of ${wanted} images measured ` : "Not measured ";
  if (working) return working.state === "running" ? `${words}· measuring` : `${words}· queued`;
  /** @param {Event} event */
  const ask = async ({ currentTarget }) => {
    if (currentTarget instanceof HTMLButtonElement) currentTarget.disabled = true;
    const answer = await write("measure", { round: id });
    if (!answer && currentTarget instanceof HTMLButtonElement) currentTarget.disabled = false;
    await refresh();
  };
  return [words, makeButton({ data: { keep: `measure ${id}` } }, ask, drawn ? "Continue" : "Measure")];
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
