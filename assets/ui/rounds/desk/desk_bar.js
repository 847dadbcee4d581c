/** The bar over the grid: undo and redo, and a panel for order and size. */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
import { state } from "../../app/store.js";
import { hideWhile } from "../../kit/dom.js";
import { addOptionToHelp } from "../../kit/help.js";
import { html, SignButton, withValue } from "../../kit/html.js";
import { PopoverButton } from "../../kit/popovers.js";
import { Select } from "../../kit/segments.js";
import { render } from "../../vendor/preact.min.js";
import { redo, undo } from "../grid/verdicts.js";
import { desk, LARGEST, orderInUse, restoreDesk, setDesk, SMALLEST, sorts } from "./desk.js";

/** @param {RoundsParts} parts */
export function mountDesk(parts) {
  restoreDesk();
  addOptionToHelp(
    "After A or R, go to the next image",
    () => desk.advance,
    (advance) => setDesk({ advance }),
  );
  hideWhile(parts.desk, () => !state.candidates.size);
  render(
    html`<${PopoverButton}
        class="button small desk-view" label="View" title="Order and size of the images"
        aria-haspopup="true" panelClass="desk-panel" panelLabel="Order and size"
      >${() => html`<${Order} /><${Size} grid=${parts.grid} />`}<//>
      <${UndoAndRedo} />`,
    parts.desk,
  );
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
      type="button" class="quiet desk-turn" hidden=${chosen === "priority"}
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

function UndoAndRedo() {
  const { undo: undoes = "", redo: redoes = "" } = state.round ?? {};
  return html`<span class="desk-steps">
    <${Step} glyph="↶" act=${undo} verb="Undo" what=${undoes} shortcut="Ctrl+Z" />
    <${Step} glyph="↷" act=${redo} verb="Redo" what=${redoes} shortcut="Ctrl+Y" />
  </span>`;
}

/** @param {{ glyph: string, act: () => void, verb: string, what: string, shortcut: string }} props */
function Step({ glyph, act, verb, what, shortcut }) {
  const words = what ? `${verb}: ${what} (${shortcut})` : `There is nothing to ${verb.toLowerCase()}`;
  return html`<${SignButton} words=${words} disabled=${!what} onClick=${act}>${glyph}<//>`;
}
