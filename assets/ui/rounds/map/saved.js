/** The map as a table, to be saved. */
/** @import { Points } from "./points.js" */
/** @import { Row } from "../views/table.js" */
import { state, verdictOf } from "../../app/store.js";

/**
 * The pictures of the round with their places: one row each.
 * @param {Points} drawn
 * @returns {Row[]}
 */
export function mapRows({ points }) {
  const names = state.project?.scores.map((score) => score.name) ?? [];
  const head = [
    "test prompt",
    "picture",
    "seed",
    "recipe",
    "x",
    "y",
    "copy",
    "decision",
    "suggested",
    "tags",
  ];
  return [
    [...head, ...names],
    ...points.flatMap(({ id, at, copy, suggested }) => {
      const one = state.candidates.get(id);
      if (!one) return [];
      const facts = [one.prompt, one.index + 1, one.seed, one.recipe, rounded(at[0]), rounded(at[1])];
      const marks = [copy ? "yes" : "no", verdictOf(id), suggested ? "yes" : "no", tagsOf(id)];
      return [[...facts, ...marks, ...names.map((name) => one.scores[name] ?? null)]];
    }),
  ];
}

/** @param {string} id */
const tagsOf = (id) => state.tags.get(id)?.join(", ") ?? "";

/** @param {number} value */
const rounded = (value) => Number(value.toFixed(4));
