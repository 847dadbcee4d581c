/** Heat map of values in [0, 1] over an image, read by the pointer or the arrow keys, and its legend. */
/** @import { PatchMap } from "payloads" */
/** @import { Signal } from "../vendor/signals.min.js" */
import { html, withValue } from "../kit/html.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { heatGradient, paintMap } from "./scale.js";

/** @type {Record<string, [down: number, right: number]>} */
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/**
 * What 0 and 1 mean.
 * @typedef {[low: string, high: string]} Ends
 * @type {Ends}
 */
const ENDS = ["different", "identical"];

/** How strongly all heat maps cover their images, from 0 to 1. */
const strength = signal(0.65);

/** @typedef {[row: number, column: number]} Place an area of a map */

/**
 * The layer over the image of a stage. With `reading`, that is set to the value of the area under the pointer
 * or the arrow keys; without, the layer is only looked at.
 * @param {{ map: PatchMap, name?: string, ends?: Ends, reading?: Signal<number | null> }} props
 */
export function Heat({ map, name, ends = ENDS, reading }) {
  const node = useRef(/** @type {HTMLElement | null} */ (null));
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [at, setAt] = useState(/** @type {Place | null} */ (null));
  const { height, width, values } = map;
  /** @param {Place | null} place */
  const read = (place) => {
    setAt(place);
    if (reading) reading.value = place && values[place[0] * width + place[1]];
  };
  useLayoutEffect(() => {
    if (canvas.current) paintMap(map, canvas.current);
  }, [map]);
  useLayoutEffect(() => {
    // desaturate the picture, so that its colours are not mistaken for values
    document.documentElement.style.setProperty("--grey", String(Math.min(1, 1.6 * strength.value)));
  }, [strength.value]);
  useEffect(() => {
    const stage = node.current?.parentElement; // a brush may lie over the layer
    if (!stage || !reading) return undefined;
    /** @param {PointerEvent} event */
    const follow = ({ clientX, clientY }) => {
      const box = stage.getBoundingClientRect();
      const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
      const isInside = x >= 0 && y >= 0 && x < 1 && y < 1;
      read(isInside ? [Math.floor(y * height), Math.floor(x * width)] : null);
    };
    const leave = () => read(null);
    stage.addEventListener("pointermove", follow);
    stage.addEventListener("pointerleave", leave);
    return () => {
      stage.removeEventListener("pointermove", follow);
      stage.removeEventListener("pointerleave", leave);
      leave();
    };
  }, [map, reading]);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = at ?? [Math.floor(height / 2), Math.floor(width / 2)];
    read([inside(row + step[0], height), inside(column + step[1], width)]);
  };
  const words =
    `${name}, ${height} by ${width} areas from 0, ${ends[0]}, to 1, ${ends[1]}. ` +
    "The arrow keys read them one by one.";
  const usable = { role: "application", tabindex: 0, "aria-label": words };
  return html`<div
    class="heat" ref=${node} ...${reading ? usable : { "aria-hidden": "true" }} onKeyDown=${onKey}
    onBlur=${() => read(null)}
  >
    <canvas ref=${canvas} aria-hidden="true" style="opacity: ${strength.value}" />
    ${at ? html`<${Mark} map=${map} at=${at} />` : null}
  </div>`;
}

/**
 * @param {number} value
 * @param {number} end
 */
const inside = (value, end) => Math.min(end - 1, Math.max(0, value));

/** The area that is read, and its value. @param {{ map: PatchMap, at: Place }} props */
function Mark({ map: { height, width, values }, at: [row, column] }) {
  const isBelow = row < 2;
  const [across, down] = [100 / width, 100 / height];
  return html`<i
      class="heat-cell"
      style=${`left: ${across * column}%; top: ${down * row}%; width: ${across}%; height: ${down}%`}
    />
    <output
      class="heat-value" data-side=${isBelow ? "below" : "above"}
      style=${`left: ${across * (column + 0.5)}%; top: ${down * (row + (isBelow ? 1 : 0))}%`}
    >${values[row * width + column].toFixed(2)}</output>`;
}

/**
 * The legend with the fixed limits; what is read is marked on it.
 * @param {{ ends?: Ends, reading?: Signal<number | null> }} props
 */
export function HeatLegend({ ends = ENDS, reading }) {
  const value = reading?.value ?? null;
  return html`<div class="heat-legend">
    <span><b>0</b> ${ends[0]}</span>
    <span
      class="heat-bar" role="img" aria-label="Colors from dark violet, 0, to yellow, 1"
      style="background-image: ${heatGradient}"
    >${value === null ? null : html`<i class="heat-tick" style="left: ${100 * value}%" />`}</span>
    <span><b>1</b> ${ends[1]}</span>
  </div>`;
}

export const HeatStrength = () => html`<label
  class="heat-strength" title="How much of the image the heat map covers up"
>
  <span>Opacity</span>
  <input
    type="range" min="0" max="100" step="5" aria-label="Opacity of the heat map"
    value=${Math.round(100 * strength.value)}
    onInput=${withValue((percent) => (strength.value = Number(percent) / 100))}
  />
</label>`;
