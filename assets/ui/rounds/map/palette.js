/** Colours as numbers: from grey to violet for amounts. */

const MIDDLE = [206, 200, 190];
const MUCH = [91, 63, 190];

/**
 * @param {number[]} a
 * @param {number[]} b
 * @param {number} t from 0, a, to 1, b
 */
const blend = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));

/** @param {number[]} parts */
function rgb(parts) {
  return `rgb(${parts.join(",")})`;
}

/** From little to much, which is neither good nor bad: grey to violet. @param {number} t in [0, 1] */
export const amount = (t) => rgb(blend(MIDDLE, MUCH, Math.max(0, Math.min(1, t))));

export const GRADIENT = `linear-gradient(90deg, ${[0, 0.5, 1].map(amount).join(", ")})`;

/** @param {string} colour `#rrggbb` or `rgb(r,g,b)` */
const numbers = (colour) =>
  colour.startsWith("#")
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);

/** The colour, lighter on the dark theme. @param {string} colour */
export const themed = (colour) =>
  document.documentElement?.dataset.theme === "dark"
    ? rgb(blend(numbers(colour), [255, 255, 255], 0.22))
    : colour;

/**
 * The colour with some transparency: cheaper to render than `opacity` on a thousand elements.
 * @param {string} colour
 */
export const translucent = (colour) => `rgba(${numbers(colour).join(",")},0.82)`;
