/** Only the rows that are seen, and some around them, are in the page; spacers stand for the others. */
/** @import { Measure, Row } from "./rows.js" */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "../../vendor/virtual-core.min.js";
import { rangesOf, rowsOf, sliceOf } from "./rows.js";

const FEW = 250; // cells that are all drawn, so that nothing is missing while scrolling
const OVERSCAN = 5; // rows on each side of the visible ones
const GAP = 8; // pixels, as in grid.css
const BELOW = 5;

/**
 * A part of the grid: the element of its cells, the head above it, and the cells in page order.
 * @typedef {{ body: HTMLElement, head: HTMLElement | null, cells: HTMLElement[] }} Part
 */

export class GridWindow {
  /** @type {Part[]} */
  #parts = [];
  /** @type {Row[]} */
  #rows = [];
  /** @type {Measure} */
  #measure = { columns: 1, cell: 1, gap: GAP, below: BELOW };
  /** @type {Set<Element>} the cells in the page */
  #drawn = new Set();

  /**
   * @param {HTMLElement} grid which scrolls
   * @param {(cell: HTMLElement) => void} enter called for each cell that comes into the page
   * @param {() => void} drawn called when cells came or went
   */
  constructor(grid, enter, drawn) {
    this.grid = grid;
    this.enter = enter;
    this.drawn = drawn;
    this.virtualizer = new Virtualizer(this.#options());
    this.virtualizer._didMount();
    this.virtualizer._willUpdate();
  }

  #options() {
    return {
      count: this.#rows.length,
      getScrollElement: () => this.grid,
      estimateSize: (/** @type {number} */ index) => this.#rows[index]?.height ?? 0,
      overscan: OVERSCAN,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.#draw(),
    };
  }

  /** @param {Element} cell */
  has(cell) {
    return this.#drawn.has(cell);
  }

  /**
   * Show these parts, with so many columns.
   * @param {Part[]} parts
   * @param {number} columns
   */
  show(parts, columns) {
    this.#parts = parts;
    this.#lay(columns);
    const cell = this.#height();
    if (cell && Math.abs(cell - this.#measure.cell) > 0.1) this.#lay(columns, cell);
  }

  /** The height of a cell as the page has laid it out; 0 where there is none. */
  #height() {
    const [first] = this.#drawn;
    return first?.getBoundingClientRect().height ?? 0;
  }

  /**
   * @param {number} columns
   * @param {number} [cell] its height
   */
  #lay(columns, cell = this.#square(columns)) {
    this.#measure = { columns, cell, gap: GAP, below: BELOW };
    const heads = this.#parts.map(({ cells, head }) => ({ cells, head: head?.offsetHeight ?? 0 }));
    this.#rows = rowsOf(heads, this.#measure);
    this.virtualizer.setOptions(this.#options());
    this.virtualizer._willUpdate();
    this.virtualizer.measure(); // and draw
  }

  /**
   * The width of a cell, which is its height as well unless something stands below its picture.
   * @param {number} columns
   */
  #square(columns) {
    const body = this.#parts.find(({ cells }) => cells.length)?.body;
    return body?.clientWidth ? (body.clientWidth - GAP * (columns - 1)) / columns : this.#measure.cell;
  }

  #draw() {
    const focused = document.activeElement;
    const few = this.#parts.reduce((sum, { cells }) => sum + cells.length, 0) <= FEW;
    const drawn = few ? [...this.#rows.keys()] : this.virtualizer.getVirtualItems().map(({ index }) => index);
    const ranges = rangesOf(this.#rows, drawn, this.#parts.length);
    const before = this.#drawn;
    this.#drawn = new Set();
    for (const [i, { body, cells }] of this.#parts.entries()) {
      const { shown, before: top, after } = sliceOf(cells, ranges[i], this.#measure);
      body.style.paddingTop = top ? `${top}px` : "";
      body.style.paddingBottom = after ? `${after + BELOW}px` : "";
      for (const cell of shown) {
        this.#drawn.add(cell);
        if (!before.has(cell)) this.enter(cell);
      }
      replace(body, shown);
    }
    this.drawn();
    if (focused instanceof HTMLElement && !focused.isConnected) this.grid.focus({ preventScroll: true });
  }

  /**
   * Scroll to a cell, so that it is in the page; false if it is in no part.
   * @param {HTMLElement} cell
   */
  reveal(cell) {
    const part = this.#parts.findIndex(({ cells }) => cells.includes(cell));
    if (part < 0) return false;
    if (!this.has(cell)) {
      const row = Math.floor(this.#parts[part].cells.indexOf(cell) / this.#measure.columns);
      this.virtualizer.scrollToIndex(
        this.#rows.findIndex((one) => one.part === part && one.row === row),
        { align: "auto" },
      );
      this.grid.dispatchEvent(new Event("scroll")); // the browser tells of it later; the cell is wanted now
    }
    cell.scrollIntoView({ block: "nearest" });
    return true;
  }
}

/**
 * Make `wanted` the children of a box; those that stay are not moved.
 * @param {HTMLElement} box
 * @param {HTMLElement[]} wanted
 */
function replace(box, wanted) {
  const staying = new Set(wanted);
  for (const child of [...box.children])
    if (!(child instanceof HTMLElement && staying.has(child))) child.remove();
  let next = box.firstChild;
  for (const node of wanted) {
    if (node === next) next = next.nextSibling;
    else box.insertBefore(node, next);
  }
}
