/** Pointer and focus on the tiles: click selects, Shift and Ctrl add, a double click or a tap enlarges. */
import { setFocus, setHover, setSelection, state } from "../../app/store.js";
import { above } from "../../kit/dom.js";
import { enlarge } from "../lightbox/lightbox.js";
import { between } from "./order.js";
import { openPictures } from "./parts.js";
import { pointed } from "./tile.js";
import { toggle } from "./verdicts.js";

/** The picture of an event. @param {Event} event */
const idOf = (event) => above(event.target, ".tile")?.getAttribute("data-id") ?? null;

/** @param {HTMLElement} grid */
export function listenPointer(grid) {
  listenHover(grid, (id) => {
    pointed.value = id;
    setHover(id, "grid");
  });
  grid.addEventListener("focusin", (event) => {
    const id = idOf(event);
    if (id && id !== state.focus) setFocus(id, "grid");
  });
  listenClicks(grid);
}

/**
 * Tell which tile is under the pointer. While the keys move the focus, tiles that scroll under a pointer at
 * rest do not count; a move of the pointer or its wheel makes it count again.
 * @param {HTMLElement} grid
 * @param {(id: string | null) => void} tell
 */
function listenHover(grid, tell) {
  let atRest = false;
  document.addEventListener("keydown", () => {
    atRest = true;
  });
  for (const type of ["pointermove", "pointerdown", "wheel"])
    grid.addEventListener(
      type,
      () => {
        atRest = false;
      },
      { passive: true, capture: true },
    );
  for (const type of /** @type {const} */ (["pointerover", "pointermove"]))
    grid.addEventListener(type, (event) => {
      if (!atRest && event.pointerType !== "touch") tell(idOf(event));
    });
  grid.addEventListener("pointerleave", () => tell(null));
}

/** @param {HTMLElement} grid */
function listenClicks(grid) {
  /** @type {string | null} the picture that was clicked last without Shift: a range begins there */
  let begin = null;
  grid.addEventListener("click", (event) => {
    const id = idOf(event);
    if (!id) return;
    const from = begin && state.candidates.has(begin) ? begin : id;
    if (!event.shiftKey) begin = id;
    // nothing hovers over a phone: a tap shows the picture, which has the buttons
    if (event instanceof PointerEvent && event.pointerType === "touch") enlarge(id);
    else if (event.shiftKey) setSelection([...state.selection, ...between(openPictures().flat(), from, id)]);
    else if (event.ctrlKey || event.metaKey) {
      const others = [...(state.selection.size ? state.selection : [from])].filter((other) => other !== id);
      setSelection(state.selection.has(id) ? others : [...others, id]);
    } else if (event.detail === 0)
      toggle(id, "accepted"); // pressed by a program, as for somebody who does not see
    else if (event.detail > 1) enlarge(from);
    else if (!state.selection.has(id)) setSelection([]); // one of several that are selected leaves them so
  });
}
