/** The dialog with the keyboard shortcuts (`keys.html`). */
import { Dialog } from "./dialog.js";
import { Copied, html } from "./html.js";

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
 * @param {string} label
 * @param {() => boolean} isOn
 * @param {(on: boolean) => void} turn
 */
export const addOptionToHelp = (label, isOn, turn) => options.push({ label, isOn, turn });

export function showHelp() {
  helpDialog.open("Help", html`<${Help} />`);
}

/** @typedef {{ currentTarget: HTMLInputElement }} Turned */

const Help = () => html`<form method="dialog">
  <${Copied} template="keys" class="help-lists" tabindex="0" role="region" aria-label="Keys" />
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
