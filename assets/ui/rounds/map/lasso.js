/** Pointer input of the map: hover, click, and a lasso that selects while it is drawn. */
/** @import { Pixel } from "./geometry.js" */
/** @import { MapPoint } from "./marks.js" */
import { state } from "../../app/store.js";
import { svg } from "../../kit/dom.js";
import { within } from "./geometry.js";

const STEP = 4;

/**
 * Callbacks of the pointer input; `inside` tests whether a point is inside the lasso.
 * @typedef {{
 *   hover: (x: number, y: number) => void, leave: () => void, click: (x: number, y: number) => void,
 *   lasso: (inside: (point: MapPoint) => boolean, keys: PointerEvent, before: string[]) => void }} Acts
 */

/**
 * @param {HTMLElement} box
 * @param {Acts} acts
 * @param {SVGElement} marks
 */
export function watchPointer(box, { hover, leave, click, lasso }, marks) {
  const line = marks.appendChild(svg("path", { class: "lasso" }));
  /** @type {Pixel[] | null} */
  let path = null;
  /** @type {string[]} */
  let before = [];
  let frame = 0;

  /**
   * @param {PointerEvent} event
   * @returns {Pixel}
   */
  const place = (event) => {
    const frame = box.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  /**
   * @param {Pixel[]} drawn
   * @param {PointerEvent} event
   */
  const select = (drawn, event) => lasso((point) => within(drawn, point.x, point.y), event, before);

  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    box.setPointerCapture(event.pointerId);
    path = [place(event)];
    before = [...state.selection];
  });
  box.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (!path) return hover(x, y);
    const [lastX, lastY] = path[path.length - 1];
    if (Math.hypot(x - lastX, y - lastY) < STEP) return undefined;
    path.push([x, y]);
    line.setAttribute("d", `M${path.map((p) => p.join(" ")).join("L")}Z`);
    cancelAnimationFrame(frame);
    if (path.length > 3) frame = requestAnimationFrame(() => path && select(path, event));
    return undefined;
  });
  /** @param {PointerEvent} event */
  const end = (event) => {
    if (!path) return;
    cancelAnimationFrame(frame);
    if (path.length > 3) select(path, event);
    else click(...path[0]);
    path = null;
    line.removeAttribute("d");
  };
  box.addEventListener("pointerup", end);
  box.addEventListener("pointercancel", () => {
    path = null;
    line.removeAttribute("d");
  });
  box.addEventListener("pointerleave", () => path || leave());
}
