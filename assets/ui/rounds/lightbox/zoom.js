/** Zoom and pan of enlarged pictures; all pictures of the view move together, to be compared. */
import { el } from "../../kit/dom.js";

const MOST = 8; // times the fitted size
/**
 * The scale of the fitted picture, and the point of the picture in the middle of its frame, in [0, 1].
 * @type {{ scale: number, x: number, y: number }}
 */
const view = { scale: 1, x: 0.5, y: 0.5 };

/**
 * A frame in which a picture, with its layers, can be zoomed by the wheel and panned by dragging.
 * @param {HTMLElement} content
 * @param {() => boolean} [locked] while true, the pointer belongs to the content
 */
export function zoomFrame(content, locked = () => false) {
  const frame = el("div", { class: "zoom-frame" }, content);
  frame.addEventListener(
    "wheel",
    (event) => {
      if (locked()) return;
      event.preventDefault();
      zoomBy(frame, event, event.deltaY < 0 ? 1.2 : 1 / 1.2);
    },
    { passive: false },
  );
  frame.addEventListener("pointerdown", (event) => {
    if (view.scale > 1 && event.button === 0 && !locked()) drag(frame, event);
  });
  frame.addEventListener("dblclick", () => locked() || toggleOwnSize());
  apply(frame);
  return frame;
}

/** Is any picture away from its fitted size? */
export const zoomed = () => view.scale !== 1;

export function resetZoom() {
  Object.assign(view, { scale: 1, x: 0.5, y: 0.5 });
  applyAll();
}

/** One pixel of the picture for one of the page, and back to the fitted size. */
export function toggleOwnSize() {
  if (zoomed()) return resetZoom();
  const own = ownScale();
  Object.assign(view, { scale: own === 1 ? 2 : own });
  return applyAll();
}

/** The scale at which the first picture has its own size. */
function ownScale() {
  const [frame] = present();
  const image = frame?.querySelector("img");
  return image?.naturalWidth && frame.clientWidth ? image.naturalWidth / frame.clientWidth : 1;
}

/** @returns {HTMLElement[]} */
const present = () => [...document.querySelectorAll(/** @type {"div"} */ (".zoom-frame"))];

/** Show every picture on the page at the current zoom, also one that was off the page meanwhile. */
export function applyAll() {
  present().forEach(apply);
  present()[0]?.dispatchEvent(new CustomEvent("zoom", { bubbles: true }));
}

/** @param {HTMLElement} frame */
function apply(frame) {
  const { scale, x, y } = view;
  const content = frame.firstElementChild;
  if (!(content instanceof HTMLElement)) return;
  const [left, top] = [0.5 - x * scale, 0.5 - y * scale].map((share) => `${100 * share}%`);
  content.style.transform = scale === 1 ? "" : `translate(${left}, ${top}) scale(${scale})`;
  frame.toggleAttribute("data-zoomed", scale > 1);
}

/** Keep the picture over its frame. */
function clamp() {
  const half = Math.min(0.5, 0.5 / view.scale);
  view.x = Math.min(1 - half, Math.max(half, view.x));
  view.y = Math.min(1 - half, Math.max(half, view.y));
}

/**
 * Zoom around the pointer.
 * @param {HTMLElement} frame
 * @param {MouseEvent} event
 * @param {number} factor
 */
function zoomBy(frame, event, factor) {
  const box = frame.getBoundingClientRect();
  const [dx, dy] = [
    (event.clientX - box.left) / box.width - 0.5,
    (event.clientY - box.top) / box.height - 0.5,
  ];
  const before = Math.max(1, view.scale);
  const scale = Math.min(MOST, Math.max(1, before * factor));
  view.x += dx / before - dx / scale;
  view.y += dy / before - dy / scale;
  view.scale = scale;
  if (scale === 1) Object.assign(view, { x: 0.5, y: 0.5 });
  clamp();
  applyAll();
}

/**
 * @param {HTMLElement} frame
 * @param {PointerEvent} start
 */
function drag(frame, start) {
  const box = frame.getBoundingClientRect();
  const from = { x: view.x, y: view.y };
  frame.setPointerCapture(start.pointerId);
  /** @param {PointerEvent} event */
  const move = (event) => {
    view.x = from.x - (event.clientX - start.clientX) / box.width / view.scale;
    view.y = from.y - (event.clientY - start.clientY) / box.height / view.scale;
    clamp();
    applyAll();
  };
  const end = () => frame.removeEventListener("pointermove", move);
  frame.addEventListener("pointermove", move);
  frame.addEventListener("pointerup", end, { once: true });
  frame.addEventListener("pointercancel", end, { once: true });
}

/** "Fit" or "230 %" of the fitted size. */
export const zoomWords = () => (zoomed() ? `${Math.round(100 * view.scale)}%` : "Fit");
