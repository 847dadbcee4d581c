/** What is said of a replay: how far it is, and how its last round differs from the project's. */
/** @import { Replay, Replays } from "payloads" */

/**
 * Why nothing is decided by hand in a replay; empty in another project.
 * @param {Pick<Replays, "own"> | null} replays
 */
export function byItself(replays) {
  const name = replays?.own?.source_name;
  return name ? `This is a replay of ${name}: it runs by itself, so you can compare the two.` : "";
}

/** @param {Replay} replay */
export function progressWords({ state, drawn, wanted, message }) {
  if (state === "done") return wanted === 1 ? "1 round, measured" : `${wanted} rounds, measured`;
  const far = `${drawn} of ${wanted} rounds measured`;
  if (state === "working") return message ? `${far} · ${message}` : far;
  return message ? `stopped, ${far}: ${message}` : `stopped, ${far}`;
}

/** @type {[metric: "as_asked" | "copies", more: string, less: string][]} */
const COUNTED = [
  ["as_asked", "more prompt match", "less prompt match"],
  ["copies", "more copies", "fewer copies"],
];

/**
 * The clear differences of the last round in words; that there is none, if there is none.
 * @param {Replay} replay
 */
export function differenceWords({ differences, wanted }) {
  if (!differences.copies) return "";
  const clear = COUNTED.flatMap(([metric, more, less]) => {
    const found = differences[metric];
    if (!found || found.verdict === "unclear") return [];
    const points = Math.round(100 * Math.abs(found.value));
    const much = points
      ? `${points} percentage point${points === 1 ? "" : "s"}`
      : "less than one percentage point";
    return [`${much} ${found.value > 0 ? more : less}`];
  });
  const isSame = Object.values(differences).every(({ value, low, high }) => !value && !low && !high);
  if (isSame) return `Round ${wanted} came out the same as yours.`;
  const round = `Round ${wanted} compared with yours`;
  return clear.length ? `${round}: ${clear.join(", ")}.` : `${round}: no clear difference.`;
}
