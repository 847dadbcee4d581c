/** Tried images of a prompt and seed at several LoRA strengths, as grids: strengths side by side. */
/** @import { Trial } from "payloads" */
import { strength } from "../../kit/format.js";

/**
 * @typedef {{ title: string, strengths: string[],
 *   rows: { name: string, cells: (Trial | undefined)[] }[] }} Grid
 */

/**
 * The grids among the images, the newest first, and the other images in their order. The rows of a grid have
 * the same round, guidance and strengths.
 * @param {Trial[]} trials the newest first
 * @returns {{ grids: Grid[], others: Trial[] }}
 */
export function gridsOf(trials) {
  /** @type {Map<string, Map<number, Trial>>} by strength, by what a row shares */
  const lines = new Map();
  for (const one of trials) {
    const { early, late } = one.recipe;
    if (early !== late) continue;
    const key = JSON.stringify([one.round, one.guidance, one.negative, one.prompt, one.seed]);
    const line = lines.get(key) ?? new Map();
    lines.set(key, line);
    if (!line.has(late)) line.set(late, one); // the newest of each
  }
  /** @type {Map<string, Map<number, Trial>[]>} */
  const groups = new Map();
  for (const line of lines.values()) {
    if (line.size < 2) continue;
    const [first] = line.values();
    const key = JSON.stringify([first.round, first.guidance, first.negative, ascending(line)]);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  const taken = new Set([...groups.values()].flatMap((group) => group.flatMap((line) => [...line.values()])));
  return { grids: [...groups.values()].map(gridOf), others: trials.filter((one) => !taken.has(one)) };
}

/** @param {Map<number, Trial>} line */
const ascending = (line) => [...line.keys()].sort((a, b) => a - b);

/**
 * @param {Map<number, Trial>[]} lines the newest first
 * @returns {Grid}
 */
function gridOf(lines) {
  const strengths = ascending(lines[0]);
  const rows = lines.map((line) => [...line.values()][0]).reverse();
  const [first] = rows;
  const onePrompt = rows.every(({ prompt }) => prompt === first.prompt);
  const oneSeed = rows.every(({ seed }) => seed === first.seed);
  const shared = [onePrompt ? first.prompt : "", oneSeed ? `seed ${first.seed}` : ""].filter(Boolean);
  const name = (/** @type {Trial} */ { prompt, seed }) =>
    onePrompt ? `seed ${seed}` : oneSeed ? prompt : `${prompt}, seed ${seed}`;
  return {
    title: [
      first.round_name,
      ...shared,
      `guidance ${first.guidance}`,
      first.negative && `not “${first.negative}”`,
    ]
      .filter(Boolean)
      .join(" · "),
    strengths: strengths.map(strength),
    rows: [...lines].reverse().map((line, i) => ({
      name: name(rows[i]),
      cells: strengths.map((one) => line.get(one)),
    })),
  };
}
