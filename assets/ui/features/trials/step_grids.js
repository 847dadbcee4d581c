/** Images of one prompt and seed by the LoRAs of several steps of a training, as grids. */
/** @import { Trial } from "payloads" */
import { strength } from "../../kit/format.js";

/**
 * `steps` are those of the rows, and `all` the images of the grid, also older ones of the same place.
 * @typedef {{ facts: string, steps: number[], all: Trial[], former: boolean }} Own
 * @typedef {import("./grids.js").Grid & Own} StepGrid
 */

/**
 * The grids of a round, the newest first. Those of steps that are not kept any more are grids of their own.
 * @param {Trial[]} trials the newest first
 * @param {string | null} round
 * @returns {StepGrid[]}
 */
export function stepGridsOf(trials, round) {
  /** @type {Map<string, Trial[]>} */
  const groups = new Map();
  for (const one of trials) {
    if (one.round !== round || one.step === null) continue;
    const key = JSON.stringify([one.prompt, one.seed, one.guidance, one.negative, one.former]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map(gridOf);
}

/**
 * @param {Trial[]} all
 * @returns {StepGrid}
 */
function gridOf(all) {
  const ascending = (/** @type {number[]} */ values) => [...new Set(values)].sort((a, b) => a - b);
  const steps = ascending(all.flatMap(({ step }) => (step === null ? [] : [step])));
  const strengths = ascending(all.map(({ recipe }) => recipe.late));
  const [{ prompt, seed, guidance, former, negative }] = all;
  const words = [`seed ${seed}`, `guidance ${guidance}`, negative && `not “${negative}”`];
  return {
    title: former ? `${prompt} · steps no longer kept` : prompt,
    facts: words.filter(Boolean).join(" · "),
    strengths: strengths.map(strength),
    rows: steps.map((step) => ({
      name: `Step ${step}`,
      cells: strengths.map((late) => all.find((one) => one.step === step && one.recipe.late === late)),
    })),
    ...{ steps, all, former },
  };
}
