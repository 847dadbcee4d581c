/** Pointer input of the map: hover, click, lasso, drag, wheel and two fingers. */
/** @import { Pixel } from "./geometry.js" */
/** @import { MapPoint } from "./points.js" */
/** @import { Viewpoint } from "./viewpoint.js" */
import { setFocus, setHover, setSelection, state } from "../../app/store.js";
import { above } from "../../kit/dom.js";
import { html } from "../../kit/html.js";
import { signal } from "../../vendor/signals.min.js";
import { lassoed, within } from "./geometry.js";

const STEP = 4; // pixels from which a press is a drag
const DOUBLE = 500; // ms between the presses of a double click
const WHEEL = 0.0016; // zoom of a pixel of wheel

const line = signal("");
export const Lasso = () => html`<path class="lasso" d=${line.value} />`;

/** @typedef {"lasso" | "move"} Tool */
/**
 * Callbacks; `inside` tests whether a point is inside the lasso, `before` is the selection at the
 * start.
 * @typedef {{
 *   tool: () => Tool,
 *   hover: (x: number, y: number) => void, leave: () => void, click: (x: number, y: number) => void,
 *   select: (inside: (point: MapPoint) => boolean, keys: PointerEvent, before: string[]) => void,
 *   move: (dx: number, dy: number) => void, zoom: (factor: number, at: Pixel) => void,
 *   whole: (before: string[]) => void }} Acts
 */

/**
 * @param {HTMLElement} box
 * @param {Acts} acts
 */
export function watchPointer(box, acts) {
  /** @type {Map<number, Pixel>} the pressed pointers */
  const down = new Map();
  /** @type {Pixel[] | null} of one pressed pointer */
  let path = null;
  let dragging = false;
  let moving = false;
  /** @type {string[]} */
  let before = [];
  /** @type {string[]} the selection before the first click of a double click */
  let beforeClicks = [];
  let lastDown = -Infinity;
  let frame = 0;

  /**
   * @param {PointerEvent | MouseEvent} event
   * @returns {Pixel}
   */
  const place = (event) => {
    const edge = box.getBoundingClientRect();
    return [event.clientX - edge.left, event.clientY - edge.top];
  };
  /** @param {PointerEvent} event */
  const select = (event) => {
    const drawn = path;
    if (!drawn || !dragging) return;
    line.value = `M${drawn.map((p) => p.join(" ")).join("L")}Z`;
    acts.select((point) => within(drawn, point.x, point.y), event, before);
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    path = null;
    dragging = false;
    moving = false;
    line.value = "";
    delete box.dataset.dragging;
  };

  box.addEventListener("pointerdown", (event) => {
    if (event.button > 1 || above(event.target, ".map-control")) return;
    if (event.button === 1) event.preventDefault(); // no scrolling by the middle button
    box.setPointerCapture(event.pointerId);
    down.set(event.pointerId, place(event));
    stop();
    if (down.size > 1) return; // two fingers move and zoom
    path = [place(event)];
    moving = event.button === 1 || acts.tool() === "move";
    before = [...state.selection];
    if (event.timeStamp - lastDown > DOUBLE) beforeClicks = before;
    lastDown = event.timeStamp;
  });
  box.addEventListener("pointermove", (event) => {
    const at = place(event);
    const from = down.get(event.pointerId);
    if (down.size > 1 && from) return pinch(event.pointerId, from, at);
    if (!path) return above(event.target, ".map-control") ? acts.leave() : acts.hover(...at);
    const last = path[path.length - 1];
    if (Math.hypot(at[0] - last[0], at[1] - last[1]) < (moving && dragging ? 1 : STEP)) return undefined;
    dragging = true;
    if (moving) {
      box.dataset.dragging = "";
      acts.move(at[0] - last[0], at[1] - last[1]);
      path = [at];
      return undefined;
    }
    path.push(at);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => select(event));
    return undefined;
  });

  /**
   * @param {number} id of the pointer that moved
   * @param {Pixel} from
   * @param {Pixel} to
   */
  function pinch(id, from, to) {
    const other = [...down].find(([key]) => key !== id)?.[1] ?? from;
    const apart = (/** @type {Pixel} */ at) => Math.hypot(at[0] - other[0], at[1] - other[1]) || 1;
    down.set(id, to);
    acts.move((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
    acts.zoom(apart(to) / apart(from), [(to[0] + other[0]) / 2, (to[1] + other[1]) / 2]);
  }

  box.addEventListener("pointerup", (event) => {
    down.delete(event.pointerId);
    if (!path) return;
    cancelAnimationFrame(frame);
    if (dragging && !moving) select(event);
    else if (!dragging && event.button === 0) acts.click(...path[0]);
    stop();
  });
  box.addEventListener("pointercancel", (event) => {
    down.delete(event.pointerId);
    stop();
  });
  box.addEventListener("pointerleave", () => path || acts.leave());
  box.addEventListener("dblclick", (event) => {
    if (!above(event.target, ".map-control")) acts.whole(beforeClicks);
  });
  box.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
      acts.zoom(Math.exp(-pixels * (event.ctrlKey ? 6 : 1) * WHEEL), place(event));
    },
    { passive: false },
  );
}

/**
 * What the pointer does: hover, focus and selection of pictures; zoom and pan.
 * @param {Viewpoint} viewpoint
 * @param {() => MapPoint[]} points that are shown
 * @param {(x: number, y: number) => MapPoint | null} at the point at a pixel of the panel
 * @returns {Acts}
 */
export const pointerActs = (viewpoint, points, at) => ({
  tool: () => viewpoint.memory.tool,
  hover: (x, y) => setHover(at(x, y)?.id ?? null, "map"),
  leave: () => setHover(null, "map"),
  click: (x, y) => {
    const point = at(x, y);
    if (point) setFocus(point.id, "map");
    else setSelection([]);
  },
  select: (inside, keys, before) => {
    const ids = points()
      .filter(inside)
      .map(({ id }) => id);
    setSelection(lassoed(before, ids, keys), { filter: true });
  },
  move: (dx, dy) => viewpoint.move(dx, dy),
  zoom: (factor, pixel) => viewpoint.zoom(factor, pixel),
  whole: (before) => {
    if (before.length) setSelection(before, { filter: true }); // the first click has cleared it
    viewpoint.show(undefined);
  },
});
