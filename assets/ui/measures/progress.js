/** No copies, as asked and carries over the rounds of a line, and the sentence that follows from them. */
/** @import { Change, Interval, MeasuredRound, Metric } from "payloads" */
import { listed } from "../kit/format.js";
import { METRICS } from "./metrics.js";
import { agreeing, percent } from "./words.js";

/**
 * `values` has an interval for each round; one that was not measured by it is missing. `change` is that from
 * the first to the last of them, as the table would have it.
 * @typedef {{ name: string, values: (Interval | undefined)[], change: Change | null }} Curve
 * @typedef {{ rounds: MeasuredRound[], curves: Curve[] }} Progress
 */

/** @type {Metric[]} */
const SHOWN = ["no_copy", "as_asked", "carries"];

/**
 * The line of the newest measured round, from its first one on; null with fewer than two.
 * @param {MeasuredRound[]} rounds
 * @returns {Progress | null}
 */
export function progressOf(rounds) {
  /** @type {MeasuredRound[]} */
  const line = [];
  let at = rounds.findLast((round) => round.id !== null && round.report);
  while (at) {
    if (at.report) line.unshift(at);
    const above = at.parent_id;
    at = rounds.find((round) => round.id !== null && round.id === above);
  }
  if (line.length < 2) return null;
  const since = line[line.length - 1].report?.since_first ?? {};
  const curves = SHOWN.map((metric) => {
    const values = line.map((round) => round.report?.figures[metric]);
    const change = since[metric];
    const told = change ? agreeing(metric, change, values[0], values[values.length - 1]) : null;
    return { name: METRICS[metric].name.toLowerCase(), values, change: told };
  });
  return { rounds: line, curves: curves.filter(({ values }) => values.every(Boolean)) };
}

/** @type {Partial<Record<string, string>>} what a curve is called within a sentence */
const IN_SENTENCE = {
  "no copy": "pictures that are no copies",
  "as asked": "pictures as asked",
  carries: "what they carry of the style or object",
};

/**
 * What changed from the first to the last round of a line: what is clear is clear in the table, too.
 * @param {Progress} progress
 */
export function progressWords({ rounds, curves }) {
  const parts = curves.map((curve) => `${IN_SENTENCE[curve.name] ?? curve.name} ${moved(curve)}`);
  const [more, less] = ["no copy", "carries"].map((which) => curves.find(({ name }) => name === which));
  const isCause = more && less && clearly(more) > 0 && clearly(less) < 0;
  const why = isCause ? " Fewer copies carry less." : "";
  return `From ${rounds[0].name} to ${rounds[rounds.length - 1].name}, ${listed(parts)}.${why}`;
}

/** The direction of a clear change, 0 without one. @param {Curve} curve */
const clearly = ({ change }) => (change && change.verdict !== "unclear" ? Math.sign(change.value) : 0);

/** @param {Curve} curve */
function moved(curve) {
  const [first, last] = [curve.values[0], curve.values[curve.values.length - 1]];
  const [from, to] = [percent(first?.value ?? 0), percent(last?.value ?? 0)];
  const direction = clearly(curve);
  if (!direction) return `did not clearly change (${from}, ${to})`;
  return `${direction > 0 ? "rose" : "fell"} from ${from} to ${to}`;
}
