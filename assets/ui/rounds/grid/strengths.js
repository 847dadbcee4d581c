/** The strength of each column of pictures, above the grid. */
/** @import { Candidate } from "payloads" */
import { el, repeats } from "../../kit/dom.js";

/**
 * The strength of a LoRA: "× 1", "× .4".
 * @param {number} value
 */
export const strength = (value) => `× ${String(Number(value.toFixed(2))).replace(/^0(?=\.)/, "")}`;

/**
 * The strength of each column; empty where a column has several, or all have the same.
 * @param {(Pick<Candidate, "strength" | "own"> | undefined)[][]} groups the pictures of each group in page
 *   order, none where a place is open
 * @param {number} columns
 * @param {number} [each] how many columns have one, drawn or not
 * @returns {(number | null)[]} null where a column has no picture
 */
export function columnStrengths(groups, columns, each = 0) {
  /** @type {number[]} */
  const found = [];
  for (const pictures of groups)
    for (const [i, picture] of pictures.entries()) {
      if (!picture || picture.own) continue;
      const column = i % columns;
      found[column] ??= picture.strength;
      if (found[column] !== picture.strength) return [];
    }
  const length = Math.max(found.length, Math.min(each, columns));
  const known = Array.from({ length }, (_, i) => found[i] ?? null);
  if (new Set(found.filter((value) => value !== undefined)).size < 2) return [];
  const series = seriesLength(known);
  return known.map(
    (value, i) => value ?? known.find((other, j) => other !== null && j % series === i % series) ?? null,
  );
}

/**
 * After how many columns the strengths begin again, drawn from other seeds.
 * @param {(number | null)[]} strengths null where a column has no picture
 */
export function seriesLength(strengths) {
  const { length } = strengths;
  for (let each = 1; each < length; each += 1) {
    const [fits, series] = [length % each === 0, new Map()];
    for (const [i, value] of strengths.entries())
      if (value !== null) series.set(i % each, (series.get(i % each) ?? new Set()).add(value));
    const values = [...series.values()].flatMap((found) => [...found]);
    if (fits && values.length === series.size && new Set(values).size === values.length) return each;
  }
  return length;
}

/**
 * What stands over each series: the name of the strengths, once.
 * @param {(number | null)[]} strengths
 */
function names(strengths) {
  const each = seriesLength(strengths);
  return strengths.flatMap((_, i) => {
    if (i % each) return [];
    const name = el("b", {}, i ? "the same, other seeds" : "LoRA strength");
    name.style.gridColumn = `span ${each}`;
    return [name];
  });
}

/** The row of strengths; `show` keeps it as wide as the tiles below. */
export function strengthRow() {
  const node = el("div", { class: "strengths", hidden: true, "aria-hidden": "true" });
  node.title =
    "How much of the LoRA draws the pictures of a column, on average over the steps: × 1 is all of it";
  return {
    node,
    /**
     * @param {(number | null)[]} strengths
     * @param {HTMLElement} grid
     * @param {number} columns
     */
    show(strengths, grid, columns) {
      node.hidden = !strengths.length;
      node.style.setProperty("--columns", String(columns));
      node.style.width = `${grid.clientWidth}px`;
      if (!repeats(node, strengths))
        node.replaceChildren(
          ...names(strengths),
          ...strengths.map((value) => el("span", {}, value === null ? "" : strength(value))),
        );
    },
  };
}
