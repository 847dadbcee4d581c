/** Panels that open below a button. */
import { useLayoutEffect, useRef } from "../vendor/preact.min.js";
import { html } from "./html.js";

/**
 * Put an open panel under its button.
 * @param {HTMLElement} panel
 * @param {HTMLElement} button
 */
export function place(panel, button) {
  const box = button.getBoundingClientRect();
  const width = panel.offsetWidth;
  panel.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  panel.style.top = `${Math.max(8, Math.min(box.bottom + 6, innerHeight - panel.offsetHeight - 8))}px`;
}

/**
 * A button with the panel that it opens below itself; the panel has the children.
 * @param {{ class: string, title: string, label: string, panelClass: string, panelLabel: string,
 *   pressed?: boolean, onOpen?: (panel: HTMLElement) => void, children?: unknown }} props
 */
export function PopoverButton(props) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const toggled = (/** @type {{ newState: string }} */ { newState }) => {
    if (newState !== "open" || !panel.current || !button.current) return;
    place(panel.current, button.current);
    props.onOpen?.(panel.current);
  };
  useLayoutEffect(() => {
    if (button.current) button.current.popoverTargetElement = panel.current;
  }, []);
  return html`<span>
    <button
      type="button" ref=${button} class=${props.class} title=${props.title}
      aria-pressed=${props.pressed === undefined ? null : String(props.pressed)}
    >${props.label}</button>
    <div
      ref=${panel} class="studio ${props.panelClass}" popover="auto" aria-label=${props.panelLabel}
      onToggle=${toggled}
    >${props.children}</div>
  </span>`;
}
