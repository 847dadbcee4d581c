/** Copies, prompt match and style match over the rounds of a line, and the sentence about them. */
/** @import { Change, Interval, MeasuredRound, Metric, ProjectKind } from "payloads" */
import { metricName } from "./metrics.js";
import { agreeing, deciding, moved, withSetting } from "./words.js";

/**
 * `values` has an interval for each round; one that was not measured by it is missing. `change` is that from
 * the first to the last of them, as the table would have it.
 * @typedef {{ metric: Metric, name: string, values: (Interval | undefined)[], change: Change | null }} Curve
 * @typedef {{ rounds: MeasuredRound[], curves: Curve[] }} Progress
 */

/** @type {Metric[]} */
const SHOWN = ["copies", "as_asked", "carries"];

/**
 * The line of the newest measured round, from its first one on, each by the setting that decides; null with
 * fewer than two.
 * @param {MeasuredRound[]} rounds
 * @param {ProjectKind} [kind] what the project trains
 * @returns {Progress | null}
 */
export function progressOf(rounds, kind) {
  /** @type {MeasuredRound[]} */
  const line = [];
  let at = rounds.findLast((round) => round.id !== null && round.report);
  while (at) {
    if (at.report) line.unshift(at);
    const above = at.parent_id;
    at = rounds.find((round) => round.id !== null && round.id === above);
  }
  if (line.length < 2) return null;
  const since = line[line.length - 1].since_first;
  const curves = SHOWN.map((metric) => {
    const values = line.map((round) => deciding(round)?.figures[metric]);
    const change = since[metric];
    const told = change ? agreeing(metric, change, values[0], values[values.length - 1]) : null;
    return { metric, name: metricName(metric, kind).toLowerCase(), values, change: told };
  });
  return { rounds: line, curves: curves.filter(({ values }) => values.every(Boolean)) };
}

/**
 * What changed from the first to the last round of a line: what is clear is clear in the table, too.
 * @param {Progress} progress
 */
export function progressWords({ rounds, curves }) {
  const parts = curves.map(
    ({ name, values, change }) => `${name} ${moved(change, values[0], values.at(-1))}`,
  );
  const [copies, match] = ["copies", "carries"].map((which) => curves.find(({ metric }) => metric === which));
  const isCause = copies && match && clearly(copies) < 0 && clearly(match) < 0;
  const why = isCause ? ", as expected with fewer copies" : "";
  const [first, last] = [rounds[0], rounds[rounds.length - 1]].map(withSetting);
  return `From ${first} to ${last}: ${parts.join("; ")}${why}.`;
}

/** The direction of a clear change, 0 without one. @param {Curve} curve */
const clearly = ({ change }) => (change && change.verdict !== "unclear" ? Math.sign(change.value) : 0);
