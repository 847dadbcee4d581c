/** Only the rows that are seen, and some around them, are in the page; spacers stand for the others. */
/** @import { Measure, Row } from "./rows.js" */
import { set } from "../../kit/html.js";
import { computed, signal } from "../../vendor/signals.min.js";
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "../../vendor/virtual-core.min.js";
import { whenever } from "../../app/store.js";
import { shownParts } from "./parts.js";
import { rangesOf, rowsOf } from "./rows.js";

const FEW = 250; // cells that are all drawn, so that nothing is missing while scrolling
const OVERSCAN = 5; // rows on each side of the visible ones
export const GAP = 8; // pixels, as in grid.css
export const BELOW = 5;

/** As the page has laid it out: columns, the height of a cell, and the heights of the heads. */
export const laid = signal({ columns: 1, cell: 1, heads: /** @type {number[]} */ ([]) });
/** The rows that are near the visible part. */
const near = signal(/** @type {number[]} */ ([]));

/** @returns {Measure} */
export const measure = () => ({ columns: laid.value.columns, cell: laid.value.cell, gap: GAP, below: BELOW });

const isSmall = computed(() => shownParts.value.reduce((sum, { cells }) => sum + cells.length, 0) <= FEW);
const rows = computed(() =>
  rowsOf(
    shownParts.value.map(({ cells }, i) => ({ cells, head: laid.value.heads[i] ?? 0 })),
    measure(),
  ),
);

/** For each part the range of its rows that are in the page. */
export const ranges = computed(() => {
  const drawn = isSmall.value
    ? [...rows.value.keys()]
    : near.value.filter((index) => index < rows.value.length);
  return rangesOf(rows.value, drawn, shownParts.value.length);
});

/**
 * Follow what is seen of the grid. The returned function scrolls to a picture that is not in the page.
 * @param {HTMLElement} grid which scrolls
 */
export function watchScroll(grid) {
  const options = () => ({
    count: rows.value.length,
    getScrollElement: () => grid,
    estimateSize: (/** @type {number} */ index) => rows.peek()[index]?.height ?? 0,
    overscan: OVERSCAN,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () =>
      set(
        near,
        virtualizer.getVirtualItems().map(({ index }) => index),
      ),
  });
  const virtualizer = new Virtualizer(options());
  virtualizer._didMount();
  whenever(options, (next) => {
    virtualizer.setOptions(next);
    virtualizer._willUpdate();
    virtualizer.measure();
  });
  return (/** @type {string} */ id) => {
    const part = shownParts.value.findIndex(({ cells }) => cells.includes(id));
    if (part < 0) return;
    const row = Math.floor(shownParts.value[part].cells.indexOf(id) / laid.value.columns);
    virtualizer.scrollToIndex(
      rows.value.findIndex((one) => one.part === part && one.row === row),
      { align: "auto" },
    );
    grid.dispatchEvent(new Event("scroll")); // the browser tells of it later; the picture is wanted now
  };
}
