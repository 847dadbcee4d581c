/**
 * Colours as numbers: from orange, which always means like the reference, through grey to blue; from grey to
 * violet for amounts.
 */

const LOW = [91, 115, 190];
const MIDDLE = [206, 200, 190];
const HIGH = [217, 130, 43];
const MUCH = [91, 63, 190];

/**
 * @param {number[]} a
 * @param {number[]} b
 * @param {number} t from 0, a, to 1, b
 */
export const blend = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));

/** @param {number[]} parts */
export function rgb(parts) {
  return `rgb(${parts.join(",")})`;
}

/** The diverging scale for t in [-1, 1]. @param {number} t */
export const ramp = (t) => rgb(t < 0 ? blend(MIDDLE, LOW, -t) : blend(MIDDLE, HIGH, t));

/** From little to much, which is neither good nor bad: grey to violet. @param {number} t in [0, 1] */
export const amount = (t) => rgb(blend(MIDDLE, MUCH, Math.max(0, Math.min(1, t))));

/** From orange, like the reference, to blue, like its own prompt. */
export const DIVERGING = [1, 0.5, 0, -0.5, -1].map(ramp);
export const AMOUNTS = [0, 0.5, 1].map(amount);
/** @param {string[]} stops */
export const gradient = (stops) => `linear-gradient(90deg, ${stops.join(", ")})`;

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
