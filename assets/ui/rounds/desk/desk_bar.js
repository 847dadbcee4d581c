/** The bar over the grid: order, score range, tile size, undo, redo and history. */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
import { renderOn } from "../../app/watch.js";
import { state } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { addOptionToHelp } from "../../kit/help.js";
import { html } from "../../kit/html.js";
import { desk, LARGEST, orderInUse, restoreDesk, setDesk, SMALLEST, sorts } from "./desk.js";
import { History } from "./history.js";
import { RangeFilter } from "./range.js";
import { SearchField, searchLine } from "./search.js";

/** @param {RoundsParts} parts */
export function mountDesk(parts) {
  restoreDesk();
  const line = el("p", { class: "search-line", hidden: true });
  parts.desk.after(line);
  searchLine(line);
  addOptionToHelp(
    "After A or R, go to the next image",
    () => desk.advance,
    (advance) => setDesk({ advance }),
  );
  renderOn("desk search filter project round candidates cleared forget", parts.desk, () => {
    parts.desk.hidden = !state.candidates.size;
    return html`<span class="desk-group"><${Order} /><${RangeFilter} at=${{}} /></span>
      <span class="desk-group"><${Size} grid=${parts.grid} /></span>
      <${SearchField} />
      <${History} />`;
  });
}

/** @typedef {{ currentTarget: HTMLInputElement }} Typed */

function Order() {
  const chosen = orderInUse();
  const words = desk.reverse ? "Reversed: press for the usual order" : "Reverse the order";
  return html`<label class="desk-order">
      <span>Sort</span>
      <select
        aria-label="Order of the images" title="Order of the images" value=${chosen}
        onChange=${(/** @type {Typed} */ { currentTarget }) => setDesk({ sort: currentTarget.value })}
      >${sorts().map(([name, label]) => html`<option key=${name} value=${name}>${label}</option>`)}</select>
    </label>
    <button
      type="button" class="quiet desk-turn" hidden=${["priority", "search"].includes(chosen)}
      title=${words} aria-label=${words} onClick=${() => setDesk({ reverse: !desk.reverse })}
    >${desk.reverse ? "↑" : "↓"}</button>`;
}

/** @param {{ grid: HTMLElement }} props */
function Size({ grid }) {
  const fits = grid.querySelector(".tile:not([hidden])")?.clientWidth ?? SMALLEST;
  return html`<label class="desk-size"><span>Size</span><input
    type="range" min=${SMALLEST} max=${LARGEST} step="4" value=${desk.size || fits}
    aria-label="Size of the images" title="Size of the images; double-click: as many as fit"
    onInput=${(/** @type {Typed} */ { currentTarget }) => setDesk({ size: currentTarget.valueAsNumber })}
    onDblClick=${() => setDesk({ size: 0 })}
  /></label>`;
}
