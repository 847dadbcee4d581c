/** Zoom and pan of enlarged pictures; all pictures of the view move together, to be compared. */
import { html } from "../../kit/html.js";
import { useRef } from "../../vendor/preact.min.js";
import { signal } from "../../vendor/signals.min.js";

const MOST = 8; // times the fitted size
const STEP = 1.2;
const FITTED = { scale: 1, x: 0.5, y: 0.5 };
/** The scale of the fitted picture, and the point of it in the middle of its frame, in [0, 1]. */
const view = signal(FITTED);

/** Is any picture away from its fitted size? */
export const zoomed = () => view.value.scale !== 1;

/** "Fit" or "230 %" of the fitted size. */
export const zoomWords = () => (zoomed() ? `${Math.round(100 * view.value.scale)}%` : "Fit");

export function resetZoom() {
  view.value = FITTED;
}

/** One pixel of the picture for one of the page, and back to the fitted size. */
export function toggleOwnSize() {
  const frame = document.querySelector(".zoom-frame");
  const image = frame?.querySelector("img");
  const own = image?.naturalWidth && frame?.clientWidth ? image.naturalWidth / frame.clientWidth : 1;
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
 * A stage that is zoomed by the wheel and moved by dragging; while `locked`, the pointer belongs to what is
 * in it.
 * @param {{ locked?: () => boolean, children?: unknown }} props
 */
export function ZoomFrame({ locked = () => false, children }) {
  const from = useRef({ ...FITTED, clientX: 0, clientY: 0 });
  const { scale, x, y } = view.value;
  const [left, top] = [x, y].map((middle) => `${100 * (0.5 - middle * scale)}%`);
  /** @param {WheelEvent & { currentTarget: HTMLElement }} event */
  const zoom = (event) => {
    if (locked()) return;
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    const dx = (event.clientX - box.left) / box.width - 0.5;
    const dy = (event.clientY - box.top) / box.height - 0.5;
    const before = Math.max(1, scale);
    const after = Math.min(MOST, Math.max(1, before * (event.deltaY < 0 ? STEP : 1 / STEP)));
    const moved = { scale: after, x: x + dx / before - dx / after, y: y + dy / before - dy / after };
    view.value = after === 1 ? FITTED : inside(moved);
  };
  /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
  const press = ({ button, pointerId, clientX, clientY, currentTarget }) => {
    if (scale <= 1 || button !== 0 || locked()) return;
    from.current = { ...view.value, clientX, clientY };
    currentTarget.setPointerCapture(pointerId);
  };
  /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
  const move = ({ pointerId, clientX, clientY, currentTarget }) => {
    if (!currentTarget.hasPointerCapture(pointerId)) return;
    const { clientWidth, clientHeight } = currentTarget;
    const { current: start } = from;
    view.value = inside({
      scale,
      x: start.x - (clientX - start.clientX) / clientWidth / scale,
      y: start.y - (clientY - start.clientY) / clientHeight / scale,
    });
  };
  return html`<div
    class="zoom-frame" data-zoomed=${scale > 1 ? "" : null} onWheel=${zoom} onPointerDown=${press}
    onPointerMove=${move} onDblClick=${() => locked() || toggleOwnSize()}
  >
    <div
      class="stage" style=${scale === 1 ? null : `transform: translate(${left}, ${top}) scale(${scale})`}
    >${children}</div>
  </div>`;
}
