/** Places of the page where features show something of their own. */
import { html } from "./html.js";

/**
 * Over the test prompts, beside the strip, below the chart of rounds, below
 * the curves; in the form over the images of a set, and below the prompt of each; in Results below the
 * verdict, below a winner whose files use another strength, over the table of rounds, where it is asked
 * which one is best, in the row of one that is not measured, below the table.
 * @typedef {"prompts" | "strip" | "arms" | "curves" | "set" | "row" | "verdict" | "winner" | "results" |
 *   "best" | "unmeasured" | "compared"} Place
 * @type {{ place: Place, Part: (props: any) => unknown }[]}
 */
const added = [];

/**
 * Show a component in a place, before the page is mounted.
 * @param {Place} place
 * @param {(props: any) => unknown} Part
 */
export const addTo = (place, Part) => added.push({ place, Part });

/** @param {Place} place */
const inPlace = (place) => added.filter((one) => one.place === place);

/** Can rounds be measured? A feature that does says so where it is asked which one is best. */
export const canMeasure = () => inPlace("best").length > 0;

/**
 * What is shown there.
 * @param {Place} place
 * @param {object} [props]
 */
export const partsIn = (place, props = {}) =>
  inPlace(place).map(({ Part }, i) => html`<${Part} key=${i} ...${props} />`);
