/** Copies, as asked and carries over the rounds of a line, and the sentence that follows from them. */
/** @import { Interval, MeasuredRound } from "payloads" */
import { listed } from "../kit/format.js";
import { percent } from "./words.js";

/**
 * `values` has an interval for each round; one that was not measured by it is missing.
 * @typedef {{ name: string, values: (Interval | undefined)[] }} Curve
 * @typedef {{ rounds: MeasuredRound[], curves: Curve[] }} Progress
 */

/**
 * The line of the newest measured round, from its first one on; null with fewer than two.
 * @param {MeasuredRound[]} rounds
 * @returns {Progress | null}
 */
export function progressOf(rounds) {
  const line = [];
  let at = rounds.findLast((round) => round.id !== null && round.report);
  while (at) {
    if (at.report) line.unshift(at);
    const above = at.parent_id;
    at = rounds.find((round) => round.id !== null && round.id === above);
  }
  if (line.length < 2) return null;
  const figures = line.map((round) => round.report?.figures ?? {});
  const curves = [
    { name: "copies", values: figures.map(({ no_copy: kept }) => kept && opposite(kept)) },
    { name: "as asked", values: figures.map((each) => each.as_asked) },
    { name: "carries", values: figures.map((each) => each.carries) },
  ];
  return { rounds: line, curves: curves.filter(({ values }) => values.every(Boolean)) };
}

/**
 * @param {Interval} share
 * @returns {Interval}
 */
const opposite = (share) => ({
  ...share,
  value: 1 - share.value,
  low: 1 - share.high,
  high: 1 - share.low,
});

/** @type {Partial<Record<string, string>>} what a curve is called within a sentence */
const IN_SENTENCE = { "as asked": "pictures as asked", carries: "what they carry of the style or object" };

/**
 * What changed from the first to the last round of a line: a change counts where their intervals do not meet.
 * @param {Progress} progress
 */
export function progressWords({ rounds, curves }) {
  const ends = curves.map(({ name, values }) => ({ name, first: values[0], last: values.at(-1) }));
  const parts = ends.map(({ name, first, last }) =>
    first && last ? `${IN_SENTENCE[name] ?? name} ${moved(first, last)}` : "",
  );
  const [fewer, less] = ["copies", "carries"].map((which) => fell(ends.find(({ name }) => name === which)));
  const why = fewer && less ? " Fewer copies carry less." : "";
  return `From ${rounds[0].name} to ${rounds[rounds.length - 1].name}, ${listed(parts)}.${why}`;
}

/** @param {{ first?: Interval | null, last?: Interval | null } | undefined} curve */
const fell = (curve) => Boolean(curve?.first && curve.last && curve.last.high < curve.first.low);

/**
 * @param {Interval} first
 * @param {Interval} last
 */
function moved(first, last) {
  const shares = `from ${percent(first.value)} to ${percent(last.value)}`;
  if (last.low > first.high) return `rose ${shares}`;
  if (fell({ first, last })) return `fell ${shares}`;
  return `did not clearly change (${percent(first.value)}, ${percent(last.value)})`;
}
