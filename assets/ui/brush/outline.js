/** The outline of a stored mask over a picture, the rest dimmed. */
/** @import { Runs } from "payloads" */
import { el } from "../kit/dom.js";
import { drawMask } from "./paint.js";
import { Mask } from "./mask.js";

/**
 * Add an outline layer to the picture of a stage. Returns `draw(runs)` and `remove()`.
 * @param {HTMLElement} place
 * @param {string} words
 */
export function layOutline(place, words) {
  const canvas = el("canvas", { class: "part-outline", role: "img", "aria-label": words });
  /** @type {Mask | null} */
  let mask = null;
  const redraw = () => mask && drawMask(canvas, mask, [{ label: 255, look: "keep" }]);
  const resized = new ResizeObserver(redraw);
  place.append(canvas);
  resized.observe(place);
  return {
    draw: (/** @type {Runs} */ runs) => {
      mask = Mask.fromRuns(runs).binary();
      redraw();
    },
    remove: () => {
      resized.disconnect();
      canvas.remove();
    },
  };
}
