/** Figures of the benchmark as text. */
/** @import { Change, Interval, Measures, Metric, Figures, Caution } from "payloads" */
import { count } from "../kit/format.js";
import { METRICS } from "./metrics.js";

/** @type {Record<Change["verdict"], string>} */
const MARKS = { better: "✓", worse: "✕", more: "▲", less: "▼", unclear: "?" };

/**
 * A change in short: "✓ +17". Against the base model it says in which direction, and not whether that is
 * better: every training loses something there.
 * @param {Metric} metric
 * @param {Change} change
 * @param {boolean} sinceBase
 * @returns {{ text: string, verdict: Change["verdict"] }}
 */
export function changeInShort(metric, change, sinceBase) {
  /** @type {Change["verdict"]} */
  const direction = change.value > 0 ? "more" : "less";
  const verdict = sinceBase && change.verdict !== "unclear" ? direction : change.verdict;
  return { text: `${MARKS[verdict]} ${signed(metric, change.value)}`, verdict };
}

/** @param {number} share in [0, 1] */
export const percent = (share) => `${String(Math.round(100 * share)).replace("-", "−")} %`;

/**
 * A change that agrees with the figures beside it as they are shown: rounding alone never sets them apart.
 * @param {Metric} metric
 * @param {Change} change
 * @param {Interval | null | undefined} before
 * @param {Interval | null | undefined} after
 * @returns {Change}
 */
export function agreeing(metric, change, before, after) {
  if (!before || !after) return change;
  const scale = METRICS[metric].isShare ? 100 : 1000;
  const value = (Math.round(scale * after.value) - Math.round(scale * before.value)) / scale;
  return Math.abs(value - change.value) < 1.001 / scale ? { ...change, value } : change;
}

/**
 * Which benchmark prompts do not count, and why.
 * @param {Pick<Measures, "left_out" | "asking">} measures
 */
export function leftOut({ left_out: tested, asking }) {
  const [are, now] = tested.length === 1 ? ["is", "it is a test prompt"] : ["are", "they are test prompts"];
  const named = asking.map((prompt) => `“${prompt}”`).join(", ");
  return [
    tested.length ? `${count(tested.length, "more prompt")} ${are} left out, as ${now} now.` : "",
    asking.length
      ? `${named} ${asking.length === 1 ? "is" : "are"} left out: the base model’s own pictures already ` +
        "look like the reference there, so copies cannot be told apart."
      : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * Why shares of copies differ between the two screens; empty where all pictures are drawn at full strength.
 * @param {boolean} weaker whether pictures on the Rounds screen are drawn with less as well
 */
export const strengthNote = (weaker) =>
  weaker
    ? "It is drawn with the LoRA as trained, the pictures on the Rounds screen with less of it as well: " +
      "these have fewer copies. "
    : "";

/**
 * "+17", "−3": percentage points of a share; "+0.041": a difference of cosines.
 * @param {Metric} metric
 * @param {number} value
 */
export function signed(metric, value) {
  const text = METRICS[metric].isShare
    ? String(Math.round(Math.abs(100 * value)))
    : Math.abs(value).toFixed(3);
  return Number(text) ? `${value < 0 ? "−" : "+"}${text}` : text;
}

/**
 * A figure as text: "92 %", "0.412".
 * @param {Metric} metric
 * @param {number} value
 */
export const shown = (metric, value) => (METRICS[metric].isShare ? percent(value) : value.toFixed(3));

/**
 * A figure with its interval, for a tooltip.
 * @param {Metric} metric
 * @param {Interval} figure
 */
export const inFull = (metric, figure) =>
  `${shown(metric, figure.value)}, 95 % interval ${shown(metric, figure.low)} to ` +
  `${shown(metric, figure.high)}, over ${count(figure.pictures, "picture")}`;

/**
 * A change with its interval, for a tooltip.
 * @param {Metric} metric
 * @param {Change} change
 * @param {string} before
 */
export const changeInFull = (metric, change, before) =>
  `${signed(metric, change.value)} since ${before}, 95 % interval ${signed(metric, change.low)} to ` +
  `${signed(metric, change.high)}${change.verdict === "unclear" ? ": no clear change" : ""}`;

/**
 * The round of the given id, if its report is complete.
 * @param {Measures | null} measures
 * @param {string | null} id
 */
export function reportOf(measures, id) {
  return measures?.rounds.find((round) => round.id === id)?.report ?? null;
}

/**
 * The name of the round before, with which a round is compared.
 * @param {Measures} measures
 * @param {string | null} id
 */
export function nameBefore(measures, id) {
  const parent = measures.rounds.find((round) => round.id === id)?.parent_id ?? null;
  return measures.rounds.find((round) => round.id === parent)?.name ?? "the base model";
}

/**
 * What a chip says of a measured round; the change only since a trained round, as every training loses
 * something against the base model.
 * @param {Measures | null} measures
 * @param {string} id
 */
export function chipGain(measures, id) {
  const report = reportOf(measures, id);
  if (!measures || !report) return null;
  /** @type {Metric} */
  const metric = report.figures.as_asked ? "as_asked" : "no_copy";
  const figure = report.figures[metric];
  if (!figure) return null;
  const parent = measures.rounds.find((round) => round.id === id)?.parent_id ?? null;
  const since = parent === null ? null : (report.changes[metric] ?? null);
  const change = since && agreeing(metric, since, reportOf(measures, parent)?.figures[metric], figure);
  const short = change ? changeInShort(metric, change, false) : null;
  return {
    text: `benchmark: ${shown(metric, figure.value)} ${METRICS[metric].name.toLowerCase()}`,
    change: short?.text ?? "",
    verdict: short?.verdict ?? "unclear",
    best: measures.best === id && measures.rounds.filter((round) => round.id && round.report).length > 1,
    title: chipTitle(measures, report, id, change),
  };
}

/**
 * @param {Measures} measures
 * @param {Figures} report
 * @param {string} id
 * @param {Change | null} change of what is as asked
 */
function chipTitle(measures, report, id, change) {
  const { as_asked: asked, copies, pictures, figures } = report;
  const since =
    change && figures.as_asked ? `${changeInFull("as_asked", change, nameBefore(measures, id))}. ` : "";
  const good = figures.as_asked ? `${asked} of ${figures.as_asked.pictures} as asked, ` : "";
  const found = `${good}${copies} of ${count(pictures, "picture")} are copies`;
  return `On the benchmark, drawn with all of the LoRA: ${found}. ${since}See Results.`;
}

/**
 * Warnings about the best round and about the last ones of each line; the others are history.
 * @param {Measures} measures
 */
export function byAge({ best, rounds, warnings }) {
  const followed = new Set(rounds.filter((round) => round.report).map((round) => round.parent_id));
  /** @param {Caution} found */
  const isNow = ({ round }) => round === best || !followed.has(round);
  return { now: warnings.filter(isNow), earlier: warnings.filter((found) => !isNow(found)) };
}
