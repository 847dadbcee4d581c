/** Zoom and pan of enlarged pictures; all pictures of the view move together, to be compared. */
import { html } from "../../kit/html.js";
import { useRef } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";

const MOST = 8; // times the fitted size
const STEP = 1.2;
const SWIPE = 50; // pixels
/** @typedef {{ clientX: number, clientY: number }} Place */
const FITTED = { scale: 1, x: 0.5, y: 0.5 };
/** The scale of the fitted picture, and the point of it in the middle of its frame, in [0, 1]. */
const view = signal(FITTED);

export const zoomed = () => view.value.scale !== 1;

export const zoomWords = () => (zoomed() ? `${Math.round(100 * view.value.scale)}%` : "Fit");

export function resetZoom() {
  view.value = FITTED;
}

/** One pixel of the picture for one of the page, and back to the fitted size. */
export function toggleOwnSize() {
  const frame = document.querySelector(".zoom-frame");
  const image = frame?.querySelector("img");
  const side = Number(image?.dataset.own) || image?.naturalWidth;
  const own = side && frame?.clientWidth ? side / frame.clientWidth : 1;
  view.value = zoomed() ? FITTED : { ...FITTED, scale: own === 1 ? 2 : own };
}

/**
 * The view with the picture over its frame.
 * @param {typeof FITTED} view
 */
function inside({ scale, x, y }) {
  const half = Math.min(0.5, 0.5 / scale);
  const [left, top] = [x, y].map((middle) => Math.min(1 - half, Math.max(half, middle)));
  return { scale, x: left, y: top };
}

/**
 * @param {HTMLElement} frame
 * @param {Place} at
 * @param {number} factor
 */
function zoomBy(frame, at, factor) {
  const { scale, x, y } = view.value;
  const box = frame.getBoundingClientRect();
  const dx = (at.clientX - box.left) / box.width - 0.5;
  const dy = (at.clientY - box.top) / box.height - 0.5;
  const before = Math.max(1, scale);
  const after = Math.min(MOST, Math.max(1, before * factor));
  const moved = { scale: after, x: x + dx / before - dx / after, y: y + dy / before - dy / after };
  view.value = after === 1 ? FITTED : inside(moved);
}

/**
 * The middle of two fingers, and how far they are apart.
 * @param {Place} one
 * @param {Place} other
 */
const between = (one, other) => ({
  clientX: (one.clientX + other.clientX) / 2,
  clientY: (one.clientY + other.clientY) / 2,
  apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1,
});

/**
 * The step that a finger has swiped; null if it went elsewhere.
 * @param {Place} from
 * @param {Place} to
 * @returns {1 | -1 | null}
 */
export function swiped(from, to) {
  const [dx, dy] = [to.clientX - from.clientX, to.clientY - from.clientY];
  if (Math.abs(dx) < SWIPE || Math.abs(dx) < 2 * Math.abs(dy)) return null;
  return dx < 0 ? 1 : -1;
}

/**
 * A stage that is zoomed by the wheel or two fingers, and moved by dragging; a swipe over the fitted picture
 * turns to another one. While `locked`, the pointer belongs to what is in it.
 * @param {{ locked?: () => boolean, turn?: (step: 1 | -1) => void, children?: unknown }} props
 */
export function ZoomFrame({ locked = () => false, turn, children }) {
  const from = useRef({ ...FITTED, clientX: 0, clientY: 0, alone: true });
  const fingers = useRef(/** @type {Map<number, Place>} */ (new Map()));
  const { scale, x, y } = view.value;
  const [left, top] = [x, y].map((middle) => `${100 * (0.5 - middle * scale)}%`);
  /** @param {WheelEvent & { currentTarget: HTMLElement }} event */
  const zoom = (event) => {
    if (locked()) return;
    event.preventDefault();
    zoomBy(event.currentTarget, event, event.deltaY < 0 ? STEP : 1 / STEP);
  };
  /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
  const press = ({ button, pointerId, pointerType, clientX, clientY, currentTarget }) => {
    const byFinger = pointerType === "touch";
    if ((scale <= 1 && !byFinger) || button !== 0 || locked()) return;
    if (byFinger) fingers.current.set(pointerId, { clientX, clientY });
    from.current = { ...view.value, clientX, clientY, alone: fingers.current.size < 2 };
    currentTarget.setPointerCapture(pointerId);
  };
  /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
  const move = ({ pointerId, clientX, clientY, currentTarget }) => {
    if (!currentTarget.hasPointerCapture(pointerId)) return;
    const at = { clientX, clientY };
    const before = fingers.current.get(pointerId);
    const other = [...fingers.current].find(([id]) => id !== pointerId)?.[1];
    if (before) fingers.current.set(pointerId, at);
    if (before && other) {
      const now = between(at, other);
      zoomBy(currentTarget, now, now.apart / between(before, other).apart);
      return;
    }
    if (scale <= 1) return;
    const { clientWidth, clientHeight } = currentTarget;
    const { current: start } = from;
    view.value = inside({
      scale,
      x: start.x - (clientX - start.clientX) / clientWidth / scale,
      y: start.y - (clientY - start.clientY) / clientHeight / scale,
    });
  };
  /** @param {PointerEvent} event */
  const lift = (event) => {
    if (!fingers.current.delete(event.pointerId)) return;
    const [rest] = fingers.current.values();
    const step =
      event.type === "pointerup" && scale === 1 && from.current.alone && swiped(from.current, event);
    if (rest) from.current = { ...view.value, ...rest, alone: false };
    else if (step) turn?.(step);
  };
  return html`<div
    class="zoom-frame" data-zoomed=${scale > 1 ? "" : null} onWheel=${zoom} onPointerDown=${press}
    onPointerMove=${move} onPointerUp=${lift} onPointerCancel=${lift}
    onDblClick=${() => locked() || toggleOwnSize()}
  >
    <div
      class="stage" style=${scale === 1 ? null : `transform: translate(${left}, ${top}) scale(${scale})`}
    >${children}</div>
  </div>`;
}
