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
 * @param {Pick<Candidate, "strength" | "own">[][]} groups the pictures of each group in page order
 * @param {number} columns
 * @returns {number[]}
 */
export function columnStrengths(groups, columns) {
  /** @type {number[]} */
  const found = [];
  for (const pictures of groups)
    for (const [i, picture] of pictures.entries()) {
      if (picture.own) continue;
      const column = i % columns;
      found[column] ??= picture.strength;
      if (found[column] !== picture.strength) return [];
    }
  return new Set(found).size > 1 ? found : [];
}

/**
 * After how many columns the strengths begin again, drawn from other seeds.
 * @param {number[]} strengths
 */
export function seriesLength(strengths) {
  const { length } = strengths;
  for (let each = 1; each < length; each += 1)
    if (length % each === 0 && strengths.every((value, i) => value === strengths[i % each])) return each;
  return length;
}

/**
 * What stands over each series: the name of the strengths, once.
 * @param {number[]} strengths
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
     * @param {number[]} strengths
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
          ...strengths.map((value) => el("span", {}, strength(value))),
        );
    },
  };
}
