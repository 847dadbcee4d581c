/** The layer of a brush over the image of a stage: drag to paint, wheel for the size, and keys. */
/** @import { Point } from "./mask.js" */
/** @import { Brush } from "./brush.js" */
import { typing } from "../kit/dom.js";
import { html } from "../kit/html.js";
import { isOtherByAlt, isSwitchedOff, pressedKey } from "../kit/pressed_key.js";
import { useLayoutEffect, useRef } from "../vendor/preact.min.js";
import { drawMask } from "./paint.js";

/** @type {Record<string, Point>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const SIZE_STEP = 0.05;

/**
 * While it is shown, its keys take precedence over those of the page: [ ] change the size, each tool has a
 * key, Ctrl+Z and Ctrl+Y undo and redo strokes. With the focus on the image, the arrow keys move the brush,
 * Space paints one dab, and Shift with an arrow key draws a line.
 * @param {{ brush: Brush, name: string, focused?: boolean }} props
 */
export function BrushLayer({ brush, name, focused = false }) {
  const node = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useLayoutEffect(() => {
    const canvas = node.current;
    if (!canvas) return undefined;
    if (focused) canvas.focus({ preventScroll: true });
    let frame = 0;
    const tools = brush.tools.filter(({ look }) => look);
    const draw = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        drawMask(canvas, brush.mask, tools);
      });
    };
    const resized = new ResizeObserver(draw);
    resized.observe(canvas);
    const forget = brush.paints.subscribe(draw);
    const listen = (/** @type {KeyboardEvent} */ event) => onKey(brush, canvas, event);
    document.addEventListener("keydown", listen, true);
    return () => {
      cancelAnimationFrame(frame);
      resized.disconnect();
      forget();
      document.removeEventListener("keydown", listen, true);
    };
  }, [brush]);
  /** @param {PointerEvent} event */
  const place = ({ clientX, clientY }) => {
    const box = /** @type {HTMLElement} */ (node.current).getBoundingClientRect();
    const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    return /** @type {Point} */ ([x * brush.mask.width, y * brush.mask.height]);
  };
  /** @param {PointerEvent} event */
  const press = (event) => {
    if (event.button !== 0) return;
    node.current?.setPointerCapture(event.pointerId);
    const at = place(event);
    brush.paint(at, at);
  };
  /** @param {PointerEvent} event */
  const move = (event) => {
    for (const moment of brush.isPainting ? [...(event.getCoalescedEvents?.() ?? []), event] : []) {
      const to = place(moment);
      brush.paint(brush.at.value ?? to, to);
    }
    brush.at.value = place(event);
  };
  const release = () => brush.isPainting && brush.endStroke();
  const leave = () => {
    if (!brush.isPainting) brush.at.value = null;
  };
  /** @param {WheelEvent} event */
  const turn = (event) => {
    event.preventDefault();
    brush.size -= Math.sign(event.deltaY) * SIZE_STEP;
  };
  const words =
    `${name}. Painting area: the arrow keys move the brush, Space paints, ` +
    "Shift and an arrow draw a line.";
  // a press keeps the focus where it is: the shortcuts of the focused element still apply
  return html`<canvas
      class="brush-layer" tabindex="0" role="application" ref=${node} aria-label=${words}
      onPointerDown=${press} onPointerMove=${move} onPointerUp=${release} onPointerCancel=${release}
      onPointerLeave=${leave} onWheel=${turn} onBlur=${leave}
      onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}
    />
    <${Ring} brush=${brush} />`;
}

/** Where the brush is, and how large. @param {{ brush: Brush }} props */
function Ring({ brush: { at, mask, radius, tool } }) {
  if (!at.value) return null;
  const [left, top] = [at.value[0] / mask.width, at.value[1] / mask.height];
  return html`<i
    class="brush-ring" data-tool=${tool.value.look ?? "erase"}
    style=${`left: ${100 * left}%; top: ${100 * top}%; width: ${(200 * radius) / mask.width}%`}
  />`;
}

/**
 * @param {Brush} brush
 * @param {HTMLElement} canvas
 * @param {KeyboardEvent} event
 */
function onKey(brush, canvas, event) {
  if (isOtherByAlt(event) || typing(event.target)) return;
  const act = actionFor(brush, event.target === canvas, event);
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/**
 * @param {Brush} brush
 * @param {boolean} isOver whether the image has the focus
 * @param {KeyboardEvent} event
 */
function actionFor(brush, isOver, event) {
  const key = pressedKey(event);
  if (isSwitchedOff(event, key)) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return () => (event.shiftKey ? brush.redo() : brush.undo());
    return key === "y" ? () => brush.redo() : null;
  }
  if (key === "[" || key === "]")
    return () => {
      brush.size += key === "]" ? SIZE_STEP : -SIZE_STEP;
    };
  const tool = brush.tools.find((one) => one.key === key);
  if (tool)
    return () => {
      brush.tool.value = tool;
    };
  if (!isOver) return null;
  if (key === " ") return () => paintByKey(brush, [0, 0], true);
  return ARROWS[key] ? () => paintByKey(brush, ARROWS[key], event.shiftKey) : null;
}

/**
 * Move the brush by half of its radius; paint on the way.
 * @param {Brush} brush
 * @param {Point} direction
 * @param {boolean} paints
 */
function paintByKey(brush, [right, down], paints) {
  const { width, height } = brush.mask;
  const from = brush.at.value ?? [width / 2, height / 2];
  const step = Math.max(1, brush.radius / 2);
  /**
   * @param {number} value
   * @param {number} end
   */
  const inside = (value, end) => Math.min(end, Math.max(0, value));
  /** @type {Point} */
  const to = [inside(from[0] + right * step, width), inside(from[1] + down * step, height)];
  brush.at.value = to;
  if (!paints) return;
  brush.paint(from, to);
  brush.endStroke();
}
