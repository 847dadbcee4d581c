/** The outline of a stored mask over the image of a stage, the rest dimmed. */
/** @import { Runs } from "payloads" */
import { html } from "../kit/html.js";
import { useEffect, useRef } from "../vendor/preact.min.js";
import { Mask } from "./mask.js";
import { drawMask } from "./paint.js";

/** @param {{ runs: Runs, label: string }} props */
export function Outline({ runs, label }) {
  const node = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const canvas = node.current;
    if (!canvas) return undefined;
    const mask = Mask.fromRuns(runs).binary();
    const resized = new ResizeObserver(() => drawMask(canvas, mask, [{ label: 255, look: "keep" }]));
    resized.observe(canvas);
    return () => resized.disconnect();
  }, [runs]);
  return html`<canvas class="part-outline" role="img" aria-label=${label} ref=${node} />`;
}
