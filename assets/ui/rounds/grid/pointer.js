/** Pointer and focus on the tiles: click accepts, Shift and Ctrl select, double-click or a tap enlarges. */
import { setFocus, setHover, setSelection, state, verdictOf } from "../../app/store.js";
import { above } from "../../kit/dom.js";
import { toggle, unclick } from "./verdicts.js";

/**
 * @param {HTMLElement} grid
 * @param {HTMLElement} tools the hover buttons
 * @param {Map<string, HTMLElement>} tiles by candidate
 * @param {(id: string) => void} enlarge
 */
export function listenPointer(grid, tools, tiles, enlarge) {
  /** @param {Event} event */
  const idOf = (event) => above(event.target, ".tile")?.getAttribute("data-id") ?? null;
  /** @type {Parameters<typeof unclick>[0] | null} the last click */
  let clicked = null;
  grid.addEventListener("pointerover", (event) => {
    const id = idOf(event);
    if (id && event.pointerType !== "touch") tiles.get(id)?.append(tools);
    setHover(id, "grid");
  });
  grid.addEventListener("pointerleave", () => {
    tools.remove();
    setHover(null, "grid");
  });
  grid.addEventListener("focusin", (event) => {
    const id = idOf(event);
    if (id && id !== state.focus) setFocus(id, "grid");
  });
  grid.addEventListener("dblclick", (event) => {
    const id = clicked?.id ?? idOf(event);
    if (id && !above(event.target, ".tools")) enlarge(id);
  });
  grid.addEventListener("click", (event) => {
    const id = idOf(event);
    if (event.detail < 2) clicked = null;
    if (!id) return;
    // nothing hovers over a phone: a tap shows the picture, which has the buttons
    if (event instanceof PointerEvent && event.pointerType === "touch") enlarge(id);
    else if (event.shiftKey) setSelection([...state.selection, id]);
    else if (event.ctrlKey || event.metaKey)
      setSelection([...state.selection].filter((other) => other !== id));
    else if (event.detail === 2 && clicked)
      // it is enlarged instead
      unclick(clicked);
    else if (event.detail < 2) {
      const before = verdictOf(id);
      clicked = { id, before, saved: toggle(id, "accepted") };
    }
  });
}
