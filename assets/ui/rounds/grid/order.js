/** Layout of the grid: order of the groups, vertical navigation, number of columns. */

/**
 * Sort test prompts by rank, unranked ones last, ties in the order of the pool.
 * @param {Iterable<string>} ids
 * @param {string[]} pool
 * @param {(id: string) => number | null | undefined} rankOf
 */
export function inOrder(ids, pool, rankOf) {
  const place = new Map(pool.map((id, i) => [id, i]));
  /** @param {string} id */
  const key = (id) => (rankOf(id) || 1000) * 1000 + (place.get(id) ?? 999);
  return [...ids].sort((a, b) => key(a) - key(b));
}

/**
 * The picture below (`down` is 1) or above (-1), across groups; at the edge, the picture itself. Where a
 * place is open, the nearest picture of its row.
 * @param {(string | null)[][]} groups null where a place is open
 * @param {string} id one of them
 * @param {number} down
 * @param {number} columns
 */
export function below(groups, id, down, columns) {
  const g = groups.findIndex((ids) => ids.includes(id));
  const i = groups[g].indexOf(id);
  const column = i % columns;
  const place = groups[g][i + down * columns];
  if (place) return place;
  const within = place === null ? nearest(groups[g], Math.floor(i / columns) + down, column, columns) : null;
  if (within) return within;
  for (let other = g + down; groups[other]; other += down) {
    const row = down > 0 ? 0 : Math.floor((groups[other].length - 1) / columns);
    const found = nearest(groups[other], row, column, columns);
    if (found) return found;
  }
  return id;
}

/**
 * The picture of a row that is nearest to a column.
 * @param {(string | null)[]} ids
 * @param {number} row
 * @param {number} column
 * @param {number} columns
 */
function nearest(ids, row, column, columns) {
  if (row < 0) return null;
  const there = ids
    .slice(row * columns, (row + 1) * columns)
    .flatMap((id, i) => (id === null ? [] : [{ id, far: Math.abs(i - column) }]));
  return there.sort((one, other) => one.far - other.far)[0]?.id ?? null;
}

const SMALLEST = 58; // pixels of a tile
const SHRINK = 0.75; // of that: so small, if a group then stands in one row, but not on a phone
const PHONE = 500; // pixels: up to this width
const GAP = 8;
const [LEAST, LIMIT] = [3, 12]; // columns

/** How many images stand side by side: a longer row goes on below, and leaves no room beside the others. */
export function sideBySide(/** @type {number[]} */ lengths) {
  const sorted = [...lengths].sort((a, b) => a - b);
  const room = (/** @type {number} */ most) =>
    most * lengths.reduce((all, one) => all + Math.ceil(one / most), 0);
  const usual = sorted.slice(sorted.length >> 1); // and longer ones
  return usual.sort((a, b) => room(a) - room(b))[0] ?? 0;
}

/**
 * How many columns fit into a width in pixels: from 3 to 12, and at most the size of the largest group. Where
 * that nearly fits, it stands in one row; else its rows are equally long.
 * @param {number} width
 * @param {number} most
 */
export function columnsFor(width, most) {
  const fitting = (/** @type {number} */ tile) => Math.floor((width + GAP) / (tile + GAP));
  const whole = Math.min(most, LIMIT);
  if (width > PHONE && fitting(SMALLEST * SHRINK) >= whole) return Math.max(LEAST, whole);
  const fit = Math.max(LEAST, Math.min(fitting(SMALLEST), whole));
  return most <= LIMIT ? Math.max(LEAST, Math.ceil(most / Math.ceil(most / fit))) : fit;
}

/**
 * The first of the `shown` pictures after or before one in an order that may have others.
 * @param {string[]} order
 * @param {string} from
 * @param {1 | -1} step
 * @param {Set<string>} shown
 */
export function nextOf(order, from, step, shown) {
  const at = order.indexOf(from);
  if (at < 0) return null;
  const rest = step > 0 ? order.slice(at + 1) : order.slice(0, at).reverse();
  return rest.find((id) => shown.has(id)) ?? null;
}

/**
 * The pictures from one to another, both included, in whichever order; the other alone if one is not shown.
 * @param {string[]} shown
 * @param {string} one
 * @param {string} other
 */
export function between(shown, one, other) {
  const [from, to] = [shown.indexOf(one), shown.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [other] : shown.slice(from, to + 1);
}
