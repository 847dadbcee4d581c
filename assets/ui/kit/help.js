/** The dialog with the keyboard shortcuts. */
import { Dialog } from "./dialog.js";
import { html } from "./html.js";

/** @type {[key: string, what: string][]} */
const PICTURES = [
  ["← → ↑ ↓", "move between images"],
  ["A", "accept and go to the next image; press again to undo"],
  ["R", "reject and go to the next image; press again to undo"],
  ["P, X, U", "as in photo programs: accept, reject, neither"],
  ["S", "accept the first image of the shortlist"],
  ["L", "mark as copy / not a copy"],
  ["Space", "enlarge"],
  ["C", "compare with the reference, or the selected images"],
  ["Z", "enlarged: image at its own size, and back"],
  ["F", "compared: flicker between two images"],
  ["H", "heat map: which areas copy the reference"],
  ["B", "paint what is right: accept in part"],
  ["T", "tag with a word of your own"],
  ["Ctrl Z", "undo"],
  ["Ctrl Y", "redo"],
  ["Esc", "close, or clear the selection"],
  ["Click", "select; the ✓ and ✕ on the image, or the keys, decide"],
  ["Double click", "enlarge"],
  ["Shift click", "select from the last clicked image to this one"],
  ["Ctrl click", "add to the selection, or remove from it"],
  ["Drag on the map", "lasso: select images"],
  ["?", "this list"],
];
/** @type {[key: string, what: string][]} */
const BRUSH = [
  ["G", "good: paint what is right"],
  ["B", "bad, on comparison pairs"],
  ["E", "erase"],
  ["Wheel, [ ]", "size of the brush"],
  ["Ctrl Z, Ctrl Y", "undo and redo strokes"],
  ["Enter", "accept the painted part"],
  ["Esc", "leave the brush"],
  ["Tab, ← → ↑ ↓", "go to the image, then move the brush or read the heat map"],
  ["Space", "paint one dab"],
  ["Shift ← → ↑ ↓", "draw a line"],
];
export const helpDialog = new Dialog("help", { light: () => true });
/** @type {{ label: string, act: () => void }[]} */
const more = [];

/**
 * Add a button to the dialog, which closes it first.
 * @param {string} label
 * @param {() => void} act
 */
export const addToHelp = (label, act) => more.push({ label, act });

/** @type {{ label: string, isOn: () => boolean, turn: (on: boolean) => void }[]} */
const options = [];

/**
 * Add a choice of what the keys do.
 * @param {string} label
 * @param {() => boolean} isOn
 * @param {(on: boolean) => void} turn
 */
export const addOptionToHelp = (label, isOn, turn) => options.push({ label, isOn, turn });

export function showHelp() {
  helpDialog.open("Keys", html`<${Help} />`);
}

/** @typedef {{ currentTarget: HTMLInputElement }} Turned */

const Help = () => html`<form method="dialog">
  <div class="help-lists" tabindex="0" role="region" aria-label="Keys">
    ${list("Images", PICTURES)}${list("Brush and heat map", BRUSH)}
  </div>
  <p>A, R, L and T act on the whole selection.</p>
  ${options.map(
    ({ label, isOn, turn }) => html`<label class="help-option">
      <input
        type="checkbox" checked=${isOn()}
        onChange=${(/** @type {Turned} */ { currentTarget }) => turn(currentTarget.checked)}
      />
      ${label}
    </label>`,
  )}
  <div class="help-buttons">
    <button class="button" autofocus>Close</button>
    ${more.map(
      ({ label, act }) => html`<button class="quiet" onClick=${() => setTimeout(act)}>${label}</button>`,
    )}
  </div>
</form>`;

/**
 * @param {string} title
 * @param {[key: string, what: string][]} keys
 */
const list = (title, keys) => html`<section>
  <h2>${title}</h2>
  <dl>${keys.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
</section>`;
