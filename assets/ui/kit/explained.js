/** A word that explains itself when it is pressed, as a column of a table needs it. */
import { html } from "./html.js";
import { place } from "./popovers.js";
import { useRef } from "../vendor/preact.min.js";

/**
 * A button with a name; a press shows what it means below it.
 * @param {{ name: string, words: string }} props
 */
export function Explained({ name, words }) {
  const [panel, button] = [
    useRef(/** @type {HTMLElement | null} */ (null)),
    useRef(/** @type {HTMLElement | null} */ (null)),
  ];
  const toggled = () =>
    panel.current?.matches(":popover-open") && button.current && place(panel.current, button.current);
  return html`<span>
    <button
      type="button" class="explained" title=${words} ref=${button}
      onClick=${() => panel.current?.togglePopover()}
    >${name}</button>
    <span class="studio explained-words" popover="auto" role="note" ref=${panel} onToggle=${toggled}>
      ${words}
    </span>
  </span>`;
}
