/** The bar over the grid: undo and redo, and a panel for order, size, score range and history. */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
import { renderOn } from "../../app/watch.js";
import { state } from "../../app/store.js";
import { addOptionToHelp } from "../../kit/help.js";
import { html, withValue } from "../../kit/html.js";
import { followIn, partsIn } from "../../kit/places.js";
import { PopoverButton } from "../../kit/popovers.js";
import { Select } from "../../kit/segments.js";
import { desk, LARGEST, orderInUse, restoreDesk, setDesk, SMALLEST, sorts } from "./desk.js";
import { History, openHistory, UndoAndRedo } from "./history.js";
import { RangeFilter, rangeWords } from "./range.js";

/** @param {RoundsParts} parts */
export function mountDesk(parts) {
  restoreDesk();
  followIn("desk", parts["round-words"]);
  addOptionToHelp(
    "After A or R, go to the next image",
    () => desk.advance,
    (advance) => setDesk({ advance }),
  );
  renderOn("desk search filter project round candidates cleared forget", parts.desk, () => {
    parts.desk.hidden = !state.candidates.size;
    return html`${partsIn("desk")}
      <${PopoverButton}
        class="button small desk-view" label=${rangeWords() || "View"} aria-haspopup="true"
        aria-pressed=${String(Boolean(state.range))} title="Order and size of the images, history"
        panelClass="desk-panel" panelLabel="Order, size and history" onOpen=${openHistory}
      ><${Order} /><${Size} grid=${parts.grid} /><${RangeFilter} at=${{}} /><${History} at=${{}} /><//>
      <${UndoAndRedo} />`;
  });
}

function Order() {
  const chosen = orderInUse();
  const words = desk.reverse ? "Reversed: press for the usual order" : "Reverse the order";
  return html`<div class="desk-order">
    <label>Sort<${Select}
      aria-label="Order of the images" value=${chosen} names=${sorts()}
      choose=${(/** @type {string} */ sort) => setDesk({ sort })}
    /></label>
    <button
      type="button" class="quiet desk-turn" hidden=${["priority", "search"].includes(chosen)}
      title=${words} aria-label=${words} onClick=${() => setDesk({ reverse: !desk.reverse })}
    >${desk.reverse ? "↑" : "↓"}</button>
  </div>`;
}

/** @param {{ grid: HTMLElement }} props */
function Size({ grid }) {
  const fits = grid.querySelector(".tile:not([hidden])")?.clientWidth ?? SMALLEST;
  return html`<label class="desk-size">Size<input
    type="range" min=${SMALLEST} max=${LARGEST} step="4" value=${desk.size || fits}
    aria-label="Size of the images" title="Size of the images; double-click: as many as fit"
    onInput=${withValue((size) => setDesk({ size: Number(size) }))}
    onDblClick=${() => setDesk({ size: 0 })}
  /></label>`;
}
