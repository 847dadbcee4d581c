/**
 * Colours as numbers: from orange, which always means like the reference, through grey to blue; from grey to
 * violet for amounts; and a palette for the test prompts.
 */

/** Eighteen that are told apart on both themes; the first ones furthest. */
const CHOSEN = [
  "#2f80a8",
  "#e4572e",
  "#4c8a70",
  "#c9a227",
  "#9a6bd0",
  "#8c6b5d",
  "#5b737d",
  "#d0619a",
  "#6a8f2f",
  "#3f6ecb",
  "#b5533c",
  "#2aa198",
  "#a08420",
  "#7a4fb3",
  "#5f8fb5",
  "#b06a8c",
  "#77803c",
  "#46637f",
];
const FURTHER = 46;
const GOLDEN_ANGLE = 137.508; // degrees: neighbours in the order are never neighbours in hue

/** The colours of the test prompts by their place in the project; they repeat after 64. */
export const PROMPTS = [
  ...CHOSEN,
  ...Array.from({ length: FURTHER }, (_, k) => fromHue((k * GOLDEN_ANGLE) % 360, k % 2 ? 0.42 : 0.54)),
];

const LOW = [91, 115, 190];
const MIDDLE = [206, 200, 190];
const HIGH = [217, 130, 43];
const MUCH = [91, 63, 190];

/**
 * @param {number} hue in degrees
 * @param {number} lightness in [0, 1]
 */
function fromHue(hue, lightness) {
  const chroma = 0.55 * Math.min(lightness, 1 - lightness);
  const part = (/** @type {number} */ n) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return rgb([part(0), part(8), part(4)]);
}

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

/**
 * The diverging scale for t in [-1, 1].
 * @param {number} t
 */
export const ramp = (t) => rgb(t < 0 ? blend(MIDDLE, LOW, -t) : blend(MIDDLE, HIGH, t));

/**
 * From little to much, which is neither good nor bad: grey to violet.
 * @param {number} t in [0, 1]
 */
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

/**
 * The colour, lighter on the dark theme.
 * @param {string} colour
 */
export const themed = (colour) =>
  document.documentElement?.dataset.theme === "dark"
    ? rgb(blend(numbers(colour), [255, 255, 255], 0.22))
    : colour;

/**
 * The colour with some transparency: cheaper to render than `opacity` on a thousand elements.
 * @param {string} colour
 */
export const translucent = (colour) => `rgba(${numbers(colour).join(",")},0.82)`;
