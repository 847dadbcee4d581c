/** Pointer input of a brush: drag to paint, wheel to change the size. */
/** @import { Brush } from "./brush.js" */

/** @param {Brush} brush */
export function listenPointer(brush) {
  const { canvas } = brush;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const at = brush.point(event);
    brush.paint(at, at);
    brush.showRing(at);
  });
  // keep the focus: the shortcuts of the focused element still apply
  canvas.addEventListener("mousedown", (event) => event.preventDefault());
  canvas.addEventListener("pointermove", (event) => {
    for (const moment of brush.stroke ? [...(event.getCoalescedEvents?.() ?? []), event] : []) {
      const to = brush.point(moment);
      brush.paint(brush.last ?? to, to);
      brush.last = to;
    }
    brush.showRing(brush.point(event));
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, () => brush.stroke && brush.endStroke());
  canvas.addEventListener("pointerleave", () => brush.stroke || brush.showRing(null));
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      brush.size -= Math.sign(event.deltaY) * 0.05;
    },
    { passive: false },
  );
}
