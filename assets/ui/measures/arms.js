/** The points and lines of the chart of rounds: likeness to the reference across, to the prompt upwards. */
/** @import { Interval, MeasuredRound } from "../app/payloads_measures.d.ts" */

/**
 * @typedef {{ id: string | null, name: string, x: Interval, y: Interval, arm: number,
 *   kind: "base" | "plain" | "round" }} Point
 * @typedef {{ from: Point, to: Point, arm: number }} Line
 */

/**
 * The measured rounds as points, and a line from each to the nearest measured round above it. A round's first
 * child goes on with its arm; every other child starts an arm of its own.
 * @param {MeasuredRound[]} rounds
 * @returns {{ points: Point[], lines: Line[] }}
 */
export function armsOf(rounds) {
  /** @type {Map<string | null, Point>} */
  const points = new Map();
  /** @type {Set<Point>} */
  const continued = new Set();
  /** @type {Line[]} */
  const lines = [];
  let arms = 0;
  for (const round of rounds) {
    const { clip_i: x, clip_t: y } = round.report?.figures ?? {};
    if (!x || !y) continue;
    const from = round.id === null ? null : above(round, rounds, points);
    const goesOn = from && from.kind !== "base" && !continued.has(from);
    if (!goesOn && round.id !== null) arms += 1;
    /** @type {Point} */
    const point = {
      id: round.id,
      name: round.name,
      x,
      y,
      arm: goesOn ? from.arm : round.id === null ? 0 : arms,
      kind: round.id === null ? "base" : round.plain ? "plain" : "round",
    };
    points.set(round.id, point);
    if (!from) continue;
    continued.add(from);
    lines.push({ from, to: point, arm: point.arm });
  }
  return { points: [...points.values()], lines };
}

/**
 * The nearest round above that is measured; the base model at last.
 * @param {MeasuredRound} round
 * @param {MeasuredRound[]} rounds
 * @param {Map<string | null, Point>} points
 */
function above(round, rounds, points) {
  let parent = round.parent_id;
  while (parent !== null && !points.has(parent))
    parent = rounds.find((other) => other.id === parent)?.parent_id ?? null;
  return points.get(parent) ?? null;
}

/**
 * A linear scale from the range of some intervals, widened, to pixels.
 * @param {Interval[]} figures
 * @param {number} start
 * @param {number} end
 */
export function scale(figures, start, end) {
  const low = Math.min(...figures.map((figure) => figure.low));
  const high = Math.max(...figures.map((figure) => figure.high));
  const room = Math.max(0.08 * (high - low), 0.005);
  const [from, to] = [low - room, high + room];
  return {
    from,
    to,
    /** @param {number} value */
    at: (value) => start + ((end - start) * (value - from)) / (to - from),
  };
}
