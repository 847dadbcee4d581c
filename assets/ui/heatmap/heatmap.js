/** Heatmap of patch quality over a picture, with a readout under the pointer or arrow keys, and a legend. */
/** @import { PatchMap } from "payloads" */
import { el, setText } from "../kit/dom.js";
import { heatGradient, paintMap } from "./scale.js";

/** @type {Record<string, [down: number, right: number]>} */
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
/**
 * View settings shared by all pictures: visibility, opacity and, in some views, the subject.
 * @type {{ on: boolean, opacity: number, subject?: string }}
 */
export const heatView = { on: false, opacity: 0.65 };
/** @type {Set<() => void>} */
const layers = new Set();

/**
 * A container for a picture and the layers over it.
 * @param {HTMLImageElement} image
 * @param {...Node} layers
 */
export const stage = (image, ...layers) => el("div", { class: "stage" }, image, ...layers);

/**
 * What 0 and 1 mean.
 * @typedef {[low: string, high: string]} Ends
 * @type {Ends}
 */
export const ENDS = ["different", "identical"];

/**
 * Add a heatmap layer with values in [0, 1] to the picture of a stage.
 * `onRead(value)` receives the value of the patch under the pointer or the arrow keys, or null;
 * with `read: false` the layer ignores the pointer.
 * Returns `{node, remove()}`. The opacity is shared by all heatmaps, see `heatStrength`.
 * @param {HTMLElement} place
 * @param {PatchMap} map
 * @param {{ name?: string, onRead?: (value: number | null) => void, read?: boolean,
 *   ends?: Ends }} [options]
 */
export function layHeat(
  place,
  map,
  { name = "Likeness to the reference", onRead = () => {}, read: reads = true, ends = ENDS } = {},
) {
  const cell = el("i", { class: "heat-cell", hidden: true });
  const tag = el("output", { class: "heat-value", hidden: true });
  const node = el("div", {
    class: "heat",
    role: "application",
    tabIndex: 0,
    "aria-label":
      `${name}, ${map.height} by ${map.width} areas from 0, ${ends[0]}, to 1, ${ends[1]}. ` +
      "The arrow keys read them one by one.",
  });
  /** @type {Place | null} */
  let at = null;
  /** @param {Place | null} next */
  const read = (next) => {
    at = next;
    cell.hidden = tag.hidden = !at;
    const value = at && map.values[at[0] * map.width + at[1]];
    if (at) mark(cell, tag, map, at);
    onRead(value);
  };
  /** @param {PointerEvent} event */
  const follow = (event) => {
    const box = place.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (x < 0 || y < 0 || x >= 1 || y >= 1) return read(null);
    return read([Math.floor(y * map.height), Math.floor(x * map.width)]);
  };
  const leave = () => read(null);
  if (reads) {
    place.addEventListener("pointermove", follow);
    place.addEventListener("pointerleave", leave);
  }
  node.addEventListener("blur", leave);
  node.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = at ?? [Math.floor(map.height / 2), Math.floor(map.width / 2)];
    read([inside(row + step[0], map.height), inside(column + step[1], map.width)]);
  });
  const picture = paintMap(map);
  picture.setAttribute("aria-hidden", "true");
  node.append(picture, cell, tag);
  place.append(node);
  const restyle = () => {
    picture.style.opacity = String(heatView.opacity);
    // desaturate the picture, so that its colours are not mistaken for values
    place.style.setProperty("--grey", String(Math.min(1, 1.6 * heatView.opacity)));
  };
  place.dataset.heat = "";
  restyle();
  layers.add(restyle);
  return {
    node,
    remove: () => {
      layers.delete(restyle);
      place.removeEventListener("pointermove", follow);
      place.removeEventListener("pointerleave", leave);
      node.remove();
      delete place.dataset.heat;
      onRead(null);
    },
  };
}

/** @typedef {[row: number, column: number]} Place an area of a map */

/**
 * @param {number} value
 * @param {number} end
 */
const inside = (value, end) => Math.min(end - 1, Math.max(0, value));

/**
 * @param {HTMLElement} cell
 * @param {HTMLElement} tag
 * @param {PatchMap} map
 * @param {Place} place
 */
function mark(cell, tag, { height, width, values }, [row, column]) {
  Object.assign(cell.style, {
    left: `${(100 * column) / width}%`,
    top: `${(100 * row) / height}%`,
    width: `${100 / width}%`,
    height: `${100 / height}%`,
  });
  Object.assign(tag.style, {
    left: `${(100 * (column + 0.5)) / width}%`,
    top: `${(100 * (row + (row < 2 ? 1 : 0))) / height}%`,
  });
  tag.dataset.side = row < 2 ? "below" : "above";
  setText(tag, values[row * width + column].toFixed(2));
}

/** The legend with the fixed limits; `name` says what they mean, `show` marks a value on the scale. */
export function heatLegend() {
  const tick = el("i", { class: "heat-tick", hidden: true });
  const bar = el(
    "span",
    { class: "heat-bar", role: "img", "aria-label": "Colours from dark violet, 0, to yellow, 1" },
    tick,
  );
  bar.style.backgroundImage = heatGradient;
  const words = ENDS.map(() => el("span", {}));
  const [low, high] = words.map((word, value) => el("span", {}, el("b", {}, String(value)), " ", word));
  const node = el("div", { class: "heat-legend" }, low, bar, high);
  const name = (/** @type {Ends} */ ends) => {
    for (const [i, word] of words.entries()) setText(word, ends[i]);
  };
  name(ENDS);
  return {
    node,
    name,
    show: (/** @type {number | null | undefined} */ value) => {
      tick.hidden = value === null || value === undefined;
      if (typeof value === "number") tick.style.left = `${100 * value}%`;
    },
  };
}

/** A slider for the opacity of all heatmaps. */
export function heatStrength() {
  const slider = el("input", {
    type: "range",
    min: "0",
    max: "100",
    step: "5",
    "aria-label": "Strength of the heat map",
  });
  slider.value = String(Math.round(100 * heatView.opacity));
  slider.addEventListener("input", () => {
    heatView.opacity = Number(slider.value) / 100;
    for (const restyle of layers) restyle();
    /** @type {NodeListOf<HTMLInputElement>} */
    const all = document.querySelectorAll(".heat-strength input");
    for (const other of all) other.value = slider.value;
  });
  return el(
    "label",
    { class: "heat-strength", title: "How strongly the heat map covers the image" },
    el("span", {}, "Strength"),
    slider,
  );
}
