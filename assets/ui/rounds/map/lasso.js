/** Pointer on the map: hover, click, and a lasso that selects while it is drawn. */
import { state } from "../../app/store.js";
import { svg } from "../../kit/dom.js";
import { within } from "./geometry.js";

const STEP = 4;

export function watchPointer(box, { hover, leave, click, lasso }, marks) {
  const line = marks.appendChild(svg("path", { class: "lasso" }));
  let path = null;
  let before = [];
  let frame = 0;

  const place = (event) => {
    const frame = box.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const select = (event) => lasso((point) => within(path, point.x, point.y), event, before);

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
    if (path.length > 3) frame = requestAnimationFrame(() => path && select(event));
    return undefined;
  });
  const end = (event) => {
    if (!path) return;
    cancelAnimationFrame(frame);
    if (path.length > 3) select(event);
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
