/** The rows of the grid in numbers: how high each is, and which part of a group they are. */

/**
 * A part of the grid below its own head: `cells` are tiles and placeholders in page order.
 * @template Cell
 * @typedef {{ cells: Cell[], head: number }} Part
 */
/**
 * A head (`row` is -1) or a row of cells of the part of this index.
 * @typedef {{ part: number, row: number, height: number }} Row
 */
/** Pixels: a row of cells without the gap, the gap, and what follows the last row of a part. */
/** @typedef {{ columns: number, cell: number, gap: number, below: number }} Measure */

/**
 * The rows of all parts, in page order.
 * @param {Part<unknown>[]} parts
 * @param {Measure} measure
 * @returns {Row[]}
 */
export function rowsOf(parts, { columns, cell, gap, below }) {
  return parts.flatMap(({ cells, head }, part) => {
    const count = Math.ceil(cells.length / columns);
    const rows = Array.from({ length: count }, (_, row) => ({
      part,
      row,
      height: cell + (row === count - 1 ? below : gap),
    }));
    return [{ part, row: -1, height: head }, ...rows];
  });
}

/**
 * The cells of a part that lie in rows of a range, and the pixels that the rows before and after them take.
 * @template Cell
 * @param {Cell[]} cells
 * @param {[first: number, end: number]} range of rows; the end is not in it
 * @param {Measure} measure
 */
export function sliceOf(cells, [first, end], { columns, cell, gap }) {
  const count = Math.ceil(cells.length / columns);
  const last = Math.min(end, count);
  if (first >= last) return { shown: [], before: 0, after: Math.max(0, count * (cell + gap) - gap) };
  return {
    shown: cells.slice(first * columns, last * columns),
    before: first * (cell + gap),
    after: (count - last) * (cell + gap),
  };
}

/**
 * For each part the range of its rows among those that are to be drawn.
 * @param {Row[]} rows
 * @param {number[]} drawn indices of rows
 * @param {number} parts how many there are
 * @returns {[first: number, end: number][]}
 */
export function rangesOf(rows, drawn, parts) {
  /** @type {[number, number][]} */
  const ranges = Array.from({ length: parts }, () => [Infinity, 0]);
  for (const index of drawn) {
    const { part, row } = rows[index];
    if (row < 0) continue;
    ranges[part] = [Math.min(ranges[part][0], row), Math.max(ranges[part][1], row + 1)];
  }
  return ranges;
}
