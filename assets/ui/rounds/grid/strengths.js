/** The strength of each column of pictures, above the grid. */
/** @import { Candidate, Rung } from "payloads" */
import { el } from "../../kit/dom.js";
import { html } from "../../kit/html.js";
import { render } from "../../vendor/preact.min.js";

/**
 * A LoRA strength: "1", "0.85".
 * @param {number} value
 */
export const strength = (value) => String(Number(value.toFixed(2)));

/**
 * The schedules of a round that goes down a ladder, the strongest on average first: those of which a picture
 * is drawn or comes next. Of equal means the one that comes first on the ladder.
 * @param {Iterable<Pick<Candidate, keyof Rung | "own">>} pictures
 * @param {Rung[]} ladder those of the indices, over and over
 * @param {number[]} coming indices
 * @returns {Rung[]}
 */
export function rungsOf(pictures, ladder, coming) {
  const found = new Map(
    [...pictures]
      .filter(({ own }) => !own)
      .map(({ recipe, strength: mean, sign }) => [recipe, { recipe, strength: mean, sign }]),
  );
  for (const rung of coming.map((index) => rungOf(ladder, index))) found.set(rung.recipe, rung);
  const place = new Map(ladder.map(({ recipe }, i) => [recipe, i]));
  /** @param {Rung} rung */
  const placeOf = ({ recipe }) => place.get(recipe) ?? ladder.length;
  return [...found.values()].sort((a, b) => b.strength - a.strength || placeOf(a) - placeOf(b));
}

/**
 * The schedule with which a picture of this index is drawn.
 * @param {Rung[]} ladder
 * @param {number} index
 */
export const rungOf = (ladder, index) => ladder[index % ladder.length];

/**
 * The schedule of each column; empty where a column has several, or all have the same.
 * @param {(Pick<Candidate, keyof Rung | "own"> | undefined)[][]} groups the pictures of each group in page
 *   order, none where a place is open
 * @param {number} columns
 * @param {number} [each] how many columns have one, drawn or not
 * @returns {(Rung | null)[]} null where a column has no picture
 */
export function columnStrengths(groups, columns, each = 0) {
  /** @type {Rung[]} */
  const found = [];
  for (const pictures of groups)
    for (const [i, picture] of pictures.entries()) {
      if (!picture || picture.own) continue;
      const column = i % columns;
      const { recipe, strength: mean, sign } = picture;
      found[column] ??= { recipe, strength: mean, sign };
      if (found[column].recipe !== recipe) return [];
    }
  const length = Math.max(found.length, Math.min(each, columns));
  const known = Array.from({ length }, (_, i) => found[i] ?? null);
  if (new Set(found.filter(Boolean).map(({ recipe }) => recipe)).size < 2) return [];
  const series = seriesLength(known);
  return known.map(
    (value, i) => value ?? known.find((other, j) => other !== null && j % series === i % series) ?? null,
  );
}

/**
 * After how many columns the schedules begin again, drawn from other seeds.
 * @param {(Rung | null)[]} schedules null where a column has no picture
 */
export function seriesLength(schedules) {
  const { length } = schedules;
  for (let each = 1; each < length; each += 1) {
    const [fits, series] = [length % each === 0, new Map()];
    for (const [i, value] of schedules.entries())
      if (value !== null) series.set(i % each, (series.get(i % each) ?? new Set()).add(value.recipe));
    const values = [...series.values()].flatMap((found) => [...found]);
    if (fits && values.length === series.size && new Set(values).size === values.length) return each;
  }
  return length;
}

/** @param {{ schedules: (Rung | null)[] }} props */
function Headings({ schedules }) {
  const each = seriesLength(schedules);
  const starts = schedules.flatMap((_, i) => (i % each ? [] : [i]));
  return html`${starts.map(
    (i) => html`<b style="grid-column: span ${each}">
      ${i ? "second seed" : "LoRA strength"}
    </b>`,
  )}${schedules.map(heading)}`;
}

/**
 * The parts of a strength that switches, such as "0.4 for 30%, then 1".
 * @param {string} sign
 */
function partsOf(sign) {
  const [found, early, share, late] = /^(.*) for (.*), then (.*)$/.exec(sign) ?? [];
  return found ? { early, share, late } : null;
}

/** @param {Rung | null} schedule */
function heading(schedule) {
  if (schedule === null) return html`<span />`;
  const { sign, recipe } = schedule;
  const mean = strength(schedule.strength);
  const rises = partsOf(sign);
  if (!rises) return html`<span title=${recipe || "LoRA strength 1"}>${mean}</span>`;
  const { early, share, late } = rises;
  return html`<span title="${recipe}: ${mean} on average">
    ${early}, then ${late}<small>after ${share}</small>
  </span>`;
}

/** The row of strengths; `show` keeps it as wide as the tiles below. */
export function strengthRow() {
  const node = el("div", { class: "strengths", hidden: true, "aria-hidden": "true" });
  node.title = "LoRA strength of each column, over the steps of generation; 1 is full strength";
  return {
    node,
    /**
     * @param {(Rung | null)[]} schedules
     * @param {HTMLElement} grid
     * @param {number} columns
     */
    show(schedules, grid, columns) {
      node.hidden = !schedules.length;
      node.style.setProperty("--columns", String(columns));
      node.style.width = `${grid.clientWidth}px`;
      render(html`<${Headings} schedules=${schedules} />`, node);
    },
  };
}
