/** Places in the page as parts of its address. */

/** @typedef {{ name: string, value: string }} Overlay a dialog that is open, and what it shows */
/**
 * Where one is. `step` is the screen, `view` the tab of the Rounds screen.
 * @typedef {{ project: string | null, round: string | null, step: string, view: string,
 *   overlay: Overlay | null }} Place
 */
const FIRST_VIEW = "map";
const SCREENS = ["reference", "rounds", "results"];
const NAMES = ["project", "round", "step", "view", "dialog", "of"];

/** @param {string | null} name */
const screen = (name) => (name && SCREENS.includes(name) ? name : "rounds");

/**
 * @param {string} search the query of an address
 * @returns {Place}
 */
export function placeIn(search) {
  const query = new URLSearchParams(search);
  const project = query.get("project");
  const name = query.get("dialog");
  return {
    project,
    round: project && query.get("round"),
    step: project ? screen(query.get("step")) : "reference",
    view: query.get("view") ?? FIRST_VIEW,
    overlay: name ? { name, value: query.get("of") ?? "" } : null,
  };
}

/**
 * The address of a place; parts that are not about places stay.
 * @param {string} href
 * @param {Place} place
 */
export function addressOf(href, { project, round, step, view, overlay }) {
  const address = new URL(href);
  /** @type {Record<string, string | null | undefined>} */
  const values = {
    project,
    round: project && round,
    step: project && step,
    view: project && view !== FIRST_VIEW ? view : null,
    dialog: overlay?.name,
    of: overlay?.value,
  };
  for (const name of NAMES) {
    const value = values[name];
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address.href;
}

/**
 * Is it another project, screen or round? That the studio chose the round is none.
 * @param {Place} before
 * @param {Place} now
 */
export const isElsewhere = (before, now) =>
  before.project !== now.project ||
  before.step !== now.step ||
  (before.round !== null && before.round !== now.round);

/**
 * How one came from a place to another: "push" adds to what Back returns to; "replace" corrects the present
 * place (the studio chose the round, the next picture in the same dialog); "close" left a dialog.
 * @param {Place} before
 * @param {Place} now
 * @returns {"same" | "push" | "replace" | "close"}
 */
export function stepBetween(before, now) {
  const other = before.overlay?.name !== now.overlay?.name;
  if (isElsewhere(before, now) || before.view !== now.view) return "push";
  if (before.round !== now.round) return "replace";
  if (other) return now.overlay ? "push" : "close";
  return before.overlay?.value === now.overlay?.value ? "same" : "replace";
}
