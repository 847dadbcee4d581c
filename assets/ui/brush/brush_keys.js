/** Keyboard shortcuts of a brush. While a brush exists, they take precedence over those of the page. */
/** @import { Point } from "./mask.js" */
/** @import { Brush } from "./brush.js" */
import { typing } from "../kit/dom.js";

/** @type {Record<string, Point>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * Add the key listeners; returns a function that removes them.
 * @param {Brush} brush
 */
export function listenKeys(brush) {
  /** @param {KeyboardEvent} event */
  const listen = (event) => {
    if (event.altKey || typing(event.target)) return;
    const act = actionFor(brush, event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const blur = () => brush.stroke || brush.showRing(null);
  document.addEventListener("keydown", listen, true);
  brush.canvas.addEventListener("blur", blur);
  return () => document.removeEventListener("keydown", listen, true);
}

/**
 * @param {Brush} brush
 * @param {KeyboardEvent} event
 */
function actionFor(brush, event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return () => (event.shiftKey ? brush.redo() : brush.undo());
    return key === "y" ? () => brush.redo() : null;
  }
  if (key === "[")
    return () => {
      brush.size -= 0.05;
    };
  if (key === "]")
    return () => {
      brush.size += 0.05;
    };
  const tool = brush.tools.find((one) => one.key === key);
  if (tool) return () => brush.choose(tool.name);
  if (event.target !== brush.canvas) return null;
  if (key === " ") return () => dab(brush);
  return ARROWS[key] ? () => moveBrush(brush, ARROWS[key], event.shiftKey) : null;
}

/**
 * @param {Brush} brush
 * @returns {Point}
 */
const cursor = (brush) => brush.last ?? [brush.mask.width / 2, brush.mask.height / 2];

/** @param {Brush} brush */
function dab(brush) {
  const at = cursor(brush);
  brush.showRing(at);
  brush.paint(at, at);
  brush.endStroke();
}

/**
 * @param {Brush} brush
 * @param {Point} direction
 * @param {boolean} painting
 */
function moveBrush(brush, [right, down], painting) {
  const from = cursor(brush);
  const step = Math.max(1, brush.radius / 2);
  /**
   * @param {number} value
   * @param {number} end
   */
  const clamp = (value, end) => Math.min(end, Math.max(0, value));
  /** @type {Point} */
  const to = [
    clamp(from[0] + right * step, brush.mask.width),
    clamp(from[1] + down * step, brush.mask.height),
  ];
  brush.showRing(to);
  if (!painting) return;
  brush.paint(from, to);
  brush.endStroke();
}
