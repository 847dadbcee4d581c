/** Colours of the map. Copies also differ in shape, so colour is never the only cue. */
/** @import { Candidate } from "../../app/payloads.d.ts" */
/** @import { State } from "../../app/store.js" */
import { state } from "../../app/store.js";

const ANCHORS = [
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
const COPY = { yes: "#d9822b", no: "#3b8f6e" };
const LOW = [91, 115, 190];
const MIDDLE = [206, 200, 190];
const HIGH = [217, 130, 43];

/**
 * @param {number[]} a
 * @param {number[]} b
 * @param {number} t from 0, a, to 1, b
 */
const blend = (a, b, t) => `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * t)).join(",")})`;

/**
 * The diverging colour scale for t in [-1, 1].
 * @param {number} t
 */
const ramp = (t) => (t < 0 ? blend(MIDDLE, LOW, -t) : blend(MIDDLE, HIGH, t));

/** @type {Record<State["colour"], { label: string, legend: [string, string] | null }>} */
export const MODES = {
  anchor: { label: "Test prompt", legend: null },
  copy: { label: "Like the reference", legend: null },
  margin: { label: "How close", legend: ["to the reference", "to its prompt"] },
  entropy: { label: "How undecided", legend: ["decided", "undecided"] },
};

/**
 * The colour scale of a mode as a CSS gradient, for the legend.
 * @param {string} mode
 */
export function gradient(mode) {
  const stops = mode === "margin" ? [1, 0.5, 0, -0.5, -1] : [-1, -0.5, 0, 0.5, 1];
  return `linear-gradient(90deg, ${stops.map(ramp).join(", ")})`;
}

/**
 * The colour with some transparency: cheaper to render than `opacity` on a thousand elements.
 * @param {string} colour
 */
function translucent(colour) {
  const parts = colour.startsWith("#")
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/\d+/g) ?? []);
  return `rgba(${parts.join(",")},0.82)`;
}

/**
 * Colours of the candidates, in the same order.
 * @param {Candidate[]} candidates
 * @param {State["colour"]} mode
 */
export const colours = (candidates, mode) => opaque(candidates, mode).map(translucent);

/**
 * @param {Candidate[]} candidates
 * @param {State["colour"]} mode
 */
function opaque(candidates, mode) {
  if (mode === "copy") return candidates.map((c) => COPY[c.copy ? "yes" : "no"]);
  if (mode === "margin") {
    const widest = Math.max(1e-6, ...candidates.map((c) => Math.abs(c.margin)));
    return candidates.map((c) => ramp(-Math.max(-1, Math.min(1, (1.6 * c.margin) / widest))));
  }
  if (mode === "entropy") {
    return candidates.map((c) => ramp((2 * (state.scoreOf.get(c.anchor_id)?.entropy ?? 0)) / Math.LN2 - 1));
  }
  const place = new Map((state.round?.pool ?? []).map((anchor, i) => [anchor.id, i]));
  return candidates.map((c) => ANCHORS[(place.get(c.anchor_id) ?? 0) % ANCHORS.length]);
}
