/** Figures of the benchmark as text. */
/** @import { Caution, Change, Figures, Interval, MeasuredRound, Measures } from "payloads" */
/** @import { MeasuredSchedule, Metric } from "payloads" */
import { count, inSentence, listed } from "../kit/format.js";
import { METRICS } from "./metrics.js";

/** @type {Record<Change["verdict"], string>} */
const MARKS = { better: "✓ ", worse: "✕ ", more: "▲ ", less: "▼ ", unclear: "" };

/**
 * A change in short: "✓ +17", "+3, may be chance". Against the base model it says in which direction, and not
 * whether that is better: every training loses something there.
 * @param {Metric} metric
 * @param {Change} change
 * @param {boolean} sinceBase
 * @returns {{ text: string, verdict: Change["verdict"] }}
 */
export function changeInShort(metric, change, sinceBase) {
  /** @type {Change["verdict"]} */
  const direction = change.value > 0 ? "more" : "less";
  const verdict = sinceBase && change.verdict !== "unclear" ? direction : change.verdict;
  const words = signed(metric, change.value);
  const chance = verdict === "unclear" && Number(words) !== 0 ? ", may be chance" : "";
  return { text: `${MARKS[verdict]}${words}${chance}`, verdict };
}

/** @param {number} share in [0, 1] */
export const percent = (share) => `${String(Math.round(100 * share)).replace("-", "−")}%`;

/**
 * A share with its own denominator: "9 of 11 judged images", and "9 of 18 images" if all are judged.
 * @param {number} counted
 * @param {number} judged
 * @param {number} images
 */
const shareOf = (counted, judged, images) =>
  `${counted} of ${judged} ${judged === images ? "" : "judged "}image${judged === 1 ? "" : "s"}`;

/**
 * A change between two figures in words: "rose from 18% to 82%", "did not clearly change (18%, 82%)".
 * @param {Change | null | undefined} change
 * @param {Interval | undefined} before
 * @param {Interval | undefined} after
 */
export function moved(change, before, after) {
  const [from, to] = [percent(before?.value ?? 0), percent(after?.value ?? 0)];
  if (!change || change.verdict === "unclear") return `did not clearly change (${from}, ${to})`;
  return `${change.value > 0 ? "rose" : "fell"} from ${from} to ${to}`;
}

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
  const [are, now] = tested.length === 1 ? ["is", "a test prompt"] : ["are", "test prompts"];
  const isOne = asking.length === 1;
  return [
    tested.length ? `${count(tested.length, "prompt")} ${are} not counted: now ${now}.` : "",
    asking.length
      ? `${count(asking.length, "prompt")} ${isOne ? "is" : "are"} not counted: even the base model’s ` +
        `images resemble the reference there (${asking.map((prompt) => `“${prompt}”`).join(", ")}).`
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
  weaker ? "At full LoRA strength, so with more copies than on the Rounds screen." : "";

/**
 * The figures of the setting of a round that decides: full strength, or a strength schedule.
 * @param {MeasuredRound} round
 */
export const deciding = ({ report, schedules, gain_setting }) =>
  schedules.find(({ words, report: found }) => found && words === gain_setting)?.report ?? report;

/**
 * A round with the setting that decides, such as "Round 1, 0.4 then 1 after 70%"; the round alone where only
 * one was measured.
 * @param {MeasuredRound} round
 */
export const withSetting = ({ name, schedules, gain_setting }) =>
  schedules.some(({ report }) => report) ? `${name}, ${gain_setting}` : name;

/**
 * The setting that decides, and whether another one could; empty where full strength is the best.
 * @param {MeasuredRound} round
 */
const settingOf = ({ schedules, gain_setting }) =>
  schedules.some(({ report }) => report) ? gain_setting : schedules.length ? `${gain_setting} only` : "";

/**
 * Which rounds are judged at full strength alone, in a sentence; empty if none is.
 * @param {MeasuredRound[]} rounds
 */
export function notBySchedule(rounds) {
  const lacking = rounds.filter(
    ({ report, schedules }) => report && schedules.some(({ report: found }) => !found),
  );
  if (!lacking.length) return "";
  const names = lacking.map(({ name }, at) => (at ? inSentence(name) : name));
  const [are, their] = names.length === 1 ? ["is", "its"] : ["are", "their"];
  return `${listed(names)} ${are} not measured by ${their} best schedule yet: press Measure in the table.`;
}

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
 * A figure as text: "92%", "0.412".
 * @param {Metric} metric
 * @param {number} value
 */
export const shown = (metric, value) => (METRICS[metric].isShare ? percent(value) : value.toFixed(3));

/** @type {Metric[]} each image has it or not */
const COUNTED = ["as_asked", "copies", "no_copy"];

/**
 * A figure with its interval, for a tooltip: a share as the count that it is.
 * @param {Metric} metric
 * @param {Interval} figure
 * @param {number} [images] of which those with the figure are judged
 */
export function inFull(metric, figure, images = figure.pictures) {
  const number = COUNTED.includes(metric) ? Math.round(figure.value * figure.pictures) : null;
  const over = number === null ? count(figure.pictures, "image") : shareOf(number, figure.pictures, images);
  const interval = `95% interval ${shown(metric, figure.low)} to ${shown(metric, figure.high)}`;
  return number === null
    ? `${shown(metric, figure.value)}, ${interval}, over ${over}`
    : `${over} (${interval})`;
}

/**
 * A change with its interval, for a tooltip.
 * @param {Metric} metric
 * @param {Change} change
 * @param {string} before
 */
export const changeInFull = (metric, change, before) =>
  `${signed(metric, change.value)} since ${before}, 95% interval ${signed(metric, change.low)} to ` +
  `${signed(metric, change.high)}${change.verdict === "unclear" ? ": no clear change" : ""}`;

/**
 * The round of the given id, if its report is complete.
 * @param {Measures | null} measures
 * @param {string | null} id
 */
function reportOf(measures, id) {
  return measures?.rounds.find((round) => round.id === id)?.report ?? null;
}

/**
 * The name of the round before, with which a round is compared.
 * @param {Measures} measures
 * @param {string | null} id
 */
function nameBefore(measures, id) {
  const parent = measures.rounds.find((round) => round.id === id)?.parent_id ?? null;
  return measures.rounds.find((round) => round.id === parent)?.name ?? "the base model";
}

/**
 * A cell of the table of rounds: its text, its tooltip, and the change beside it with its own.
 * @typedef {{ text: string, title: string,
 *   change: { text: string, verdict: Change["verdict"], title: string } | null }} CellWords
 */

/**
 * The cell of a metric of a measured round; null where it has no such figure.
 * @param {Measures} measures
 * @param {MeasuredRound} round
 * @param {Metric} metric
 */
export function cellWords(measures, round, metric) {
  const { report, id, parent_id } = round;
  const figure = report?.figures[metric];
  const change = report?.changes[metric];
  const before = id === null ? null : reportOf(measures, parent_id)?.figures[metric];
  return cellOf(measures, round, metric, figure, change && agreeing(metric, change, before, figure));
}

/**
 * The cell of a metric of a round by a strength schedule, with the change since full strength.
 * @param {MeasuredRound} round
 * @param {MeasuredSchedule} schedule
 * @param {Metric} metric
 * @returns {CellWords | null}
 */
export function scheduleWords(round, { report }, metric) {
  const [figure, found] = [report?.figures[metric], report?.changes[metric]];
  if (!figure) return null;
  const change = found && agreeing(metric, found, round.report?.figures[metric], figure);
  const title = change ? changeInFull(metric, change, "full strength") : "";
  return {
    text: shown(metric, figure.value),
    title: inFull(metric, figure, report?.pictures),
    change: change ? { ...changeInShort(metric, change, false), title } : null,
  };
}

/**
 * The cell of the prompt match on the prompts that a round was trained on.
 * @param {Measures} measures
 * @param {MeasuredRound} round
 */
export const learnedWords = (measures, round) =>
  cellOf(measures, round, "as_asked", round.report?.learned, round.report?.learned_change);

/**
 * @param {Measures} measures
 * @param {MeasuredRound} round
 * @param {Metric} metric
 * @param {Interval | null | undefined} figure
 * @param {Change | null | undefined} change
 * @returns {CellWords | null}
 */
function cellOf(measures, { id, parent_id, report }, metric, figure, change) {
  if (!figure) return null;
  const short = change ? changeInShort(metric, change, parent_id === null) : null;
  const all = figure === report?.figures[metric] ? report?.pictures : undefined;
  return {
    text: shown(metric, figure.value),
    title: inFull(metric, figure, all),
    change:
      change && short ? { ...short, title: changeInFull(metric, change, nameBefore(measures, id)) } : null,
  };
}

/**
 * What a chip says of a measured round: the figure that the best round is named by, of the setting that
 * decides. The change only since a trained round, as every training loses something against the base model.
 * @param {Measures | null} measures
 * @param {string} id
 */
export function chipGain(measures, id) {
  const round = measures?.rounds.find((one) => one.id === id);
  const report = round && deciding(round);
  if (!measures || !round || !report) return null;
  /** @type {Metric} */
  const metric = report.figures.copies ? "carries" : "as_asked"; // without references nothing is gained
  const gain = report.figures.copies ? round.gain : report.figures.as_asked;
  if (!gain) return null;
  const change = round.parent_id === null ? null : round.gain_change;
  const before = measures.rounds.find((one) => one.id === round.parent_id)?.gain;
  const short = change ? changeInShort(metric, agreeing(metric, change, before, round.gain), false) : null;
  const what = report.figures.copies ? "gain" : "prompt match";
  return {
    text: `${what} ${percent(gain.value)}`,
    setting: settingOf(round),
    change: short?.text ?? "",
    verdict: short?.verdict ?? "unclear",
    best: measures.best === id && measures.rounds.filter((one) => one.id && one.report).length > 1,
    title: chipTitle(measures, round, report),
  };
}

/**
 * @param {Measures} measures
 * @param {MeasuredRound} round
 * @param {Figures} report of the setting that decides
 */
function chipTitle(measures, round, { as_asked: asked, copies, judged, pictures, figures }) {
  const { gain, gain_change: change, id } = round;
  const by = settingOf(round) ? ` (${settingOf(round)})` : "";
  const good = figures.as_asked ? `Prompt match: ${shareOf(asked, judged, pictures)}. ` : "";
  const copied = figures.copies ? `Copies: ${shareOf(copies, pictures, pictures)}. ` : "";
  const gained = figures.copies && gain ? `Gain over the base model: ${inFull("carries", gain)}. ` : "";
  const since = change ? `${changeInFull("carries", change, nameBefore(measures, id))}. ` : "";
  return `Benchmark${by}. ${gained}${since}${good}${copied}See Results.`;
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
