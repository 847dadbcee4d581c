/** Panels that open beside a button. */
import { useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import { html } from "./html.js";

const EDGE = 8; // pixels to the edge of the window
const GAP = 6; // to the button

/**
 * A button with the panel that it opens below itself, or above it where below is no room; other properties
 * are the button's. The children are in the panel; a function is called while it is open.
 * @param {{ label: string, panelClass: string, panelLabel: string, onOpen?: (panel: HTMLElement) => void,
 *   children?: unknown, [property: string]: unknown }} props
 */
export function PopoverButton({ label, panelClass, panelLabel, onOpen, children, ...button }) {
  const opener = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const [isOpen, open] = useState(false);
  /** @param {{ newState: string }} event */
  const toggling = ({ newState }) => newState === "open" && open(true);
  const place = () => {
    const { current: node } = panel;
    const box = opener.current?.getBoundingClientRect();
    if (!box || !node?.matches(":popover-open")) return;
    const left = Math.max(EDGE, Math.min(box.left, innerWidth - node.offsetWidth - EDGE));
    const fits = box.bottom + GAP + node.offsetHeight + EDGE <= innerHeight;
    const top = fits ? box.bottom + GAP : Math.max(EDGE, box.top - GAP - node.offsetHeight);
    Object.assign(node.style, { left: `${left}px`, top: `${top}px` });
  };
  /** @param {{ newState: string }} event */
  const toggled = ({ newState }) => {
    open(newState === "open");
    place();
    if (newState === "open" && panel.current) onOpen?.(panel.current);
  };
  useLayoutEffect(() => {
    if (opener.current) opener.current.popoverTargetElement = panel.current;
    addEventListener("resize", place);
    return () => removeEventListener("resize", place);
  }, []);
  return html`<span>
    <button type="button" ref=${opener} ...${button}>${label}</button>
    <div
      ref=${panel} class="studio ${panelClass}" popover="auto" role="group" aria-label=${panelLabel}
      onBeforeToggle=${toggling} onToggle=${toggled}
    >${typeof children === "function" ? isOpen && children() : children}</div>
  </span>`;
}

/**
 * A button in a panel, which is closed before it acts; other properties are the button's.
 * @param {{ act: () => unknown, class?: string, [property: string]: unknown }} props
 */
export function MenuItem({ act, class: name = "quiet", ...button }) {
  /** @param {{ currentTarget: HTMLElement }} event */
  const choose = ({ currentTarget }) => {
    closePanel(currentTarget);
    act();
  };
  return html`<button type="button" class=${name} onClick=${choose} ...${button} />`;
}

/** Close the panel that an element is in. @param {HTMLElement} node */
export const closePanel = (node) =>
  /** @type {HTMLElement | null} */ (node.closest("[popover]"))?.hidePopover();
