/** Figures of the test set as text. */
/** @import { Change, Interval, Measures, Metric, Report } from "../app/payloads_measures.d.ts" */

/** Metrics that are shares, in percent; the others are cosines. */
const SHARES = ["success", "copies"];

/** @type {Record<Change["verdict"], string>} */
export const MARKS = { better: "▲", worse: "▼", more: "▲", less: "▼", unclear: "≈" };

/** @param {number} share in [0, 1] */
export const percent = (share) => `${Math.round(100 * share)} %`;

/**
 * "+17", "−3": percentage points of a share; "+0.041": a difference of cosines.
 * @param {Metric} metric
 * @param {number} value
 */
export function signed(metric, value) {
  const text = SHARES.includes(metric)
    ? String(Math.round(Math.abs(100 * value)))
    : Math.abs(value).toFixed(3);
  return `${value < 0 ? "−" : "+"}${text}`;
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
  `${shown(metric, figure.high)}, over ${figure.pictures} pictures`;

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
  return {
    text: `${percent(success.value)} as asked`,
    change: change ? `${MARKS[change.verdict]} ${signed("success", change.value)}` : "",
    verdict: change?.verdict ?? "unclear",
    best: measures.best === id,
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
    `${success} of ${pictures} pictures of held-out prompts show what was asked for; ${copies} show the ` +
    `reference. ${since}${measures.best === id ? "The best round so far. " : ""}See Results.`
  );
}
