/** A mask by a click on the subject: the studio proposes up to three, and one is taken to be corrected. */
/** @import { Runs } from "payloads" */
/** @import { Brush } from "./brush.js" */
import { call } from "../app/session.js";
import { Button, html } from "../kit/html.js";
import { toast } from "../kit/toast.js";
import { useState } from "../vendor/preact.min.js";
import { Mask } from "./mask.js";
import { Outline } from "./outline.js";

/** @typedef {ReturnType<typeof usePoint>} Pointing */

/**
 * @param {{ reference: string } | { path: string }} of the image
 * @param {Brush | undefined} brush that takes the masks
 */
export function usePoint(of, brush) {
  const [isOn, turn] = useState(false);
  const [isAsked, wait] = useState(false);
  const [found, show] = useState(/** @type {readonly Runs[]} */ ([]));
  const take = (/** @type {Runs} */ runs) => brush?.show(Mask.fromRuns(runs));
  /** @param {{ x: number, y: number }} at in [0, 1] */
  const ask = async (at) => {
    wait(true);
    const answer = await call("rounds", "masks_at_point", { ...of, ...at });
    wait(false);
    if (!answer) return;
    turn(false);
    show(answer.masks);
    const largest = answer.masks.at(-1); // the whole subject more often than a part of it
    if (largest) take(largest);
    else toast("Nothing stands out at this point: press another one, or paint the subject.");
  };
  return { isOn, turn, isAsked, found, take, ask };
}

/** Over the image while the subject is pointed at. @param {Pointing} props */
export const PointLayer = ({ isOn, isAsked, ask }) => html`<button
  type="button" class="point-layer" hidden=${!isOn} disabled=${isAsked}
  aria-label="Press the subject; by key, what is in the middle"
  onClick=${(/** @type {MouseEvent & { currentTarget: HTMLElement }} */ event) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const isByKey = event.detail === 0;
    ask({
      x: isByKey ? 0.5 : (event.clientX - left) / width,
      y: isByKey ? 0.5 : (event.clientY - top) / height,
    });
  }}
/>`;

/** The button that begins to point, and what was found there. @param {Pointing & { source: string }} props */
export const PointBar = ({ isOn, turn, isAsked, found, take, source }) => html`<div class="point-bar">
  <${Button}
    data-action="point" aria-pressed=${String(isOn)} title="Press the subject in the image"
    onClick=${() => turn(!isOn)}
  >Point<//>
  ${isOn && html`<span role="status">${isAsked ? "Looking for it…" : "Now press the subject."}</span>`}
  ${found.map(
    (runs, i) => html`<button
      key=${i} type="button" class="point-found" onClick=${() => take(runs)}
      title="Take this mask" aria-label="Take mask ${i + 1} of ${found.length}, the smallest first"
    ><img src=${source} alt="" /><${Outline} runs=${runs} label="" /></button>`,
  )}
</div>`;
