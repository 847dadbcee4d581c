/** The points and lines of the chart of rounds: likeness to the reference across, to the prompt upwards. */
/** @import { Interval, MeasuredRound, Replay } from "payloads" */

/**
 * `label` is shown beside the point; `project` is the replay that a point belongs to.
 * @typedef {{ id: string | null, name: string, label: string, project: string | null, x: Interval,
 *   y: Interval, arm: number, kind: "base" | "plain" | "round" | "replay" }} Point
 * @typedef {{ from: Point, to: Point, arm: number }} Line
 */

/**
 * The measured rounds as points, and a line from each to the nearest measured round above it. A round's first
 * child goes on with its arm; every other child starts an arm of its own, and so does each replay.
 * @param {MeasuredRound[]} rounds
 * @param {Replay[]} [replays]
 * @returns {{ points: Point[], lines: Line[] }}
 */
export function armsOf(rounds, replays = []) {
  /** @type {Map<string | null, Point>} */
  const points = new Map();
  /** @type {Set<Point>} */
  const continued = new Set();
  /** @type {Line[]} */
  const lines = [];
  let arms = 0;
  for (const round of rounds) {
    const from = round.id === null ? null : above(round, rounds, points);
    const goesOn = from && from.kind !== "base" && !continued.has(from);
    if (!goesOn && round.id !== null && isMeasured(round)) arms += 1;
    const kind = round.id === null ? "base" : round.plain ? "plain" : "round";
    const point = pointOf(round, goesOn ? from.arm : round.id === null ? 0 : arms, kind);
    if (!point) continue;
    points.set(round.id, point);
    if (!from) continue;
    continued.add(from);
    lines.push({ from, to: point, arm: point.arm });
  }
  const own = [...points.values()];
  const again = replays.filter((replay) => !replay.incomparable && replay.rounds.some(isMeasured));
  const added = again.map((replay, i) => replayed(replay, arms + 1 + i, own));
  return {
    points: [...own, ...added.flatMap((arm) => arm.points)],
    lines: [...lines, ...added.flatMap((arm) => arm.lines)],
  };
}

/** @param {MeasuredRound} round */
const isMeasured = (round) => Boolean(round.report?.figures.clip_i && round.report.figures.clip_t);

/**
 * @param {MeasuredRound} round
 * @param {number} arm
 * @param {Point["kind"]} kind
 * @returns {Point | null}
 */
function pointOf(round, arm, kind) {
  const { clip_i: x, clip_t: y } = round.report?.figures ?? {};
  if (!x || !y) return null;
  return { id: round.id, name: round.name, label: round.name, project: null, x, y, arm, kind };
}

/**
 * The arm of a replay. Rounds that came out like those of the project share their points: the first one,
 * which learns the references alone, always does.
 * @param {Replay} replay
 * @param {number} arm
 * @param {Point[]} own
 */
function replayed(replay, arm, own) {
  /** @type {Point[]} */
  const points = [];
  /** @type {Line[]} */
  const lines = [];
  let from = own.find((point) => point.kind === "base");
  for (const round of replay.rounds) {
    const made = pointOf(round, arm, "replay");
    if (!made) continue;
    const known = own.find((point) => point.x.value === made.x.value && point.y.value === made.y.value);
    const name = `${replay.title}, ${round.name}`;
    const to = known ?? { ...made, project: replay.project_id, name, label: "" };
    if (!known) points.push(to);
    if (from && !(known && own.includes(from))) lines.push({ from, to, arm });
    from = to;
  }
  const last = points.at(-1);
  if (last) last.label = replay.title;
  return { points, lines };
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
