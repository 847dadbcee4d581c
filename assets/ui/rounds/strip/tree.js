/** Where each round stands in the strip: rounds after each other in a row, siblings below each other. */
/** @import { RoundSummary } from "payloads" */

/**
 * `column` 0 is the reference; `above` is the row that the line to the round comes from.
 * @typedef {{ round: RoundSummary, column: number, row: number, above: number }} Place
 */

/**
 * The first child of a round goes on in its row; each other one opens a row below all that is there. Lines
 * beside which another one is the main one come after it.
 * @param {RoundSummary[]} rounds parents before their children
 * @returns {Place[]} in reading order, row by row along each branch
 */
export function treeOf(rounds) {
  const known = new Set(rounds.map((round) => round.id));
  /** @type {Map<string | null, RoundSummary[]>} */
  const children = new Map();
  for (const round of [...rounds.filter((one) => !one.aside), ...rounds.filter((one) => one.aside)]) {
    const parent = round.parent_id !== null && known.has(round.parent_id) ? round.parent_id : null;
    children.set(parent, [...(children.get(parent) ?? []), round]);
  }
  /** @type {Place[]} */
  const places = [];
  let rows = 0;
  /**
   * @param {string | null} parent
   * @param {number} column
   * @param {number} row
   */
  const place = (parent, column, row) => {
    for (const [i, round] of (children.get(parent) ?? []).entries()) {
      if (i) rows += 1;
      const own = i ? rows : row;
      places.push({ round, column, row: own, above: row });
      place(round.id, column + 1, own);
    }
  };
  place(null, 1, 0);
  return places;
}

/** @param {Place[]} places */
export const rowsOf = (places) => Math.max(0, ...places.map(({ row }) => row)) + 1;

/**
 * The names of the rounds that go with one when it is archived: itself and all after it.
 * @param {RoundSummary[]} rounds parents before their children
 * @param {string} id
 */
export function branchOf(rounds, id) {
  const inside = new Set([id]);
  for (const round of rounds) if (round.parent_id && inside.has(round.parent_id)) inside.add(round.id);
  return rounds.filter((round) => inside.has(round.id));
}

/**
 * How many trained rounds the longest line through a round has, which a replay would train again.
 * @param {RoundSummary[]} rounds parents before their children
 * @param {string} id
 */
export function lineThrough(rounds, id) {
  /** @type {Map<string | null, number>} */
  const trained = new Map();
  for (const { id: one, parent_id, adapter, refines } of rounds)
    trained.set(one, (trained.get(parent_id) ?? 0) + Number(Boolean(adapter) && !refines));
  return Math.max(0, ...branchOf(rounds, id).map((one) => trained.get(one.id) ?? 0));
}
