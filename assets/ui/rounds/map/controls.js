/** The controls on the map: projection, tools, zoom; and above it what the colours mean. */
/** @import { Memory } from "./viewpoint.js" */
/** @import { ProjectionName } from "./projections.js" */
/** @import { Tool } from "./pointer.js" */
import { isJudged } from "../../app/store.js";
import { html } from "../../kit/html.js";
import { roving } from "../../kit/roving.js";
import { Select } from "../../kit/segments.js";
import { useLayoutEffect, useRef } from "../../vendor/preact.min.js";
import { modeOf, modes } from "./colours.js";
import { GRADIENT } from "./palette.js";
import { PROJECTIONS } from "./projections.js";

/** Strokes of the icons, on 16 x 16. */
const ICONS = {
  lasso:
    "M8 2.5c3.3 0 5.7 1.7 5.7 4s-2.4 4-5.7 4-5.7-1.7-5.7-4 2.4-4 5.7-4" +
    "M4.6 9.8c-1 .8-.8 2 .3 2.2 1.2.2 1 1.5.2 2",
  move:
    "M8 1.8v12.4M1.8 8h12.4M8 1.8 6.2 3.6M8 1.8l1.8 1.8M8 14.2l-1.8-1.8M8 14.2l1.8-1.8M1.8 8l1.8-1.8" +
    "M1.8 8l1.8 1.8M14.2 8l-1.8-1.8M14.2 8l-1.8 1.8",
  in: "M8 3v10M3 8h10",
  out: "M3 8h10",
  whole: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
};
export const STEP = 1.6; // of a press on + or −
/** @type {[name: Tool, title: string][]} */
const TOOLS = [
  ["lasso", "Lasso: draw around images to select them (Shift adds, Ctrl removes)"],
  ["move", "Move the map (or drag with the middle button)"],
];

/**
 * @typedef {{ set: (changes: Partial<Memory>) => void, zoom: (factor: number) => void,
 *   whole: () => void }} Acts
 */

/**
 * @param {keyof typeof ICONS} icon
 * @param {string} title
 * @param {() => void} act
 * @param {Record<string, unknown>} [more]
 */
const button = (icon, title, act, more) => html`<button
  type="button" key=${icon} title=${title} aria-label=${title} data-act=${icon} onClick=${act} ...${more}
>
  <svg viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[icon]} /></svg>
</button>`;

/** @param {{ memory: Memory, isZoomed: boolean, acts: Acts }} props */
export function Controls({ memory: { projection, tool }, isZoomed, acts }) {
  const [places, tools] = [useRef(null), useRef(null)];
  useLayoutEffect(() => {
    for (const { current } of [places, tools]) if (current) roving(current);
  }, []);
  // the other projection is about the reference
  return html`<div
      class="segments map-control map-projection" role="group" aria-label="Places of the images" ref=${places}
      hidden=${!isJudged()}
    >
      ${Object.entries(PROJECTIONS).map(
        ([name, { label, title }]) => html`<button
          type="button" key=${name} data-choice=${name} title=${title}
          aria-pressed=${String(name === projection)}
          onClick=${() => acts.set({ projection: /** @type {ProjectionName} */ (name) })}
        >${label}</button>`,
      )}
    </div>
    <div class="map-control map-tools" role="toolbar" aria-label="Map" ref=${tools}>
      <div>
        ${TOOLS.map(([name, title]) =>
          button(name, title, () => acts.set({ tool: name }), {
            "data-tool": name,
            "aria-pressed": String(name === tool),
          }),
        )}
      </div>
      <div>
        ${button("in", "Zoom in (+)", () => acts.zoom(STEP))}
        ${button("out", "Zoom out (−)", () => acts.zoom(1 / STEP))}
        ${button("whole", "Show the whole map (0, or double-click)", acts.whole, { disabled: !isZoomed })}
      </div>
    </div>`;
}

/** @param {{ colour: string, choose: (name: string) => void }} props */
export function Legend({ colour, choose }) {
  const offered = modes();
  const { scale, kinds = [], words } = modeOf(colour).legend();
  // what is remembered may not be offered now
  const shown = offered.some(({ name }) => name === colour) ? colour : "anchor";
  return html`<label>Color by${" "}
      <${Select}
        aria-label="Color the map by" value=${shown} choose=${choose}
        names=${offered.map(({ name, label }) => [name, label])}
      />
    </label>
    <span class="shapes" hidden=${!isJudged()} title=${SHAPES}>
      ★ reference ○ copy ● not a copy
    </span>
    <span class="colour-key">
      ${words}
      ${
        scale &&
        html`<span class="scale">
          ${scale[0]}<i style=${{ background: GRADIENT }} />${scale[1]}
        </span>`
      }
      ${kinds.map(
        ([shade, kind]) => html`<span class="swatch"><i style=${{ background: shade }} />${kind}</span>`,
      )}
    </span>`;
}

const SHAPES = "Ring: copy · dot: not a copy";
