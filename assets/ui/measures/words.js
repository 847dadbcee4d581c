/** Figures of the test set as text. */
/** @import { Change, Interval, Measures, Metric, Report } from "../app/types/payloads_measures.d.ts" */
/** @import { RoundWarning } from "../app/types/payloads_measures.d.ts" */
import { count } from "../kit/format.js";

/** Metrics that are shares, in percent; the others are cosines. */
const SHARES = ["success", "copies"];

/** @type {Record<Change["verdict"], string>} */
const MARKS = { better: "✓", worse: "✕", more: "▲", less: "▼", unclear: "≈" };

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
export const percent = (share) => `${Math.round(100 * share)} %`;

/**
 * Which held-out prompts do not count, and why.
 * @param {Pick<Measures, "left_out" | "asking">} measures
 */
export function leftOut({ left_out: tested, asking }) {
  const [are, now] = tested.length === 1 ? ["is", "it is a test prompt"] : ["are", "they are test prompts"];
  const named = asking.map((prompt) => `“${prompt}”`).join(", ");
  return [
    tested.length ? `${count(tested.length, "more prompt")} ${are} left out, as ${now} now.` : "",
    asking.length
      ? `${named} ${asking.length === 1 ? "is" : "are"} left out: the base model’s own pictures look like ` +
        "the reference there, so that copies cannot be told."
      : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * "+17", "−3": percentage points of a share; "+0.041": a difference of cosines.
 * @param {Metric} metric
 * @param {number} value
 */
export function signed(metric, value) {
  const text = SHARES.includes(metric)
    ? String(Math.round(Math.abs(100 * value)))
    : Math.abs(value).toFixed(3);
  return Number(text) ? `${value < 0 ? "−" : "+"}${text}` : text;
}

/**
 * A figure as text: "92 %", "0.412".
 * @param {Metric} metric
 * @param {number} value
 */
export const shown = (metric, value) => (SHARES.includes(metric) ? percent(value) : value.toFixed(3));

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
  const success = report.figures.success;
  if (!success) return null;
  const parent = measures.rounds.find((round) => round.id === id)?.parent_id ?? null;
  const change = parent === null ? null : (report.changes.success ?? null);
  const short = change ? changeInShort("success", change, false) : null;
  return {
    text: `${percent(success.value)} as asked`,
    change: short?.text ?? "",
    verdict: short?.verdict ?? "unclear",
    best: measures.best === id && measures.rounds.filter((round) => round.id && round.report).length > 1,
    title: chipTitle(measures, report, id),
  };
}

/**
 * @param {Measures} measures
 * @param {Report} report
 * @param {string} id
 */
function chipTitle(measures, report, id) {
  const { success, copies, pictures, changes } = report;
  const since = changes.success
    ? `${changeInFull("success", changes.success, nameBefore(measures, id))}. `
    : "";
  return (
    `${success} of ${count(pictures, "picture")} of held-out prompts as asked for, ${copies} like the ` +
    `reference. ${since}${measures.best === id ? "The best round so far. " : ""}See Results.`
  );
}

/**
 * Warnings about the best round and about the last ones of each line; the others are history.
 * @param {Measures} measures
 */
export function byAge({ best, rounds, warnings }) {
  const followed = new Set(rounds.filter((round) => round.report).map((round) => round.parent_id));
  /** @param {RoundWarning} found */
  const isNow = ({ round }) => round === best || !followed.has(round);
  return { now: warnings.filter(isNow), earlier: warnings.filter((found) => !isNow(found)) };
}
