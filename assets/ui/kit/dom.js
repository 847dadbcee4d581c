/** Elements from plain values. Text always arrives as text: a prompt can never become markup. */
/** @import { Child, Props } from "./elements.d.ts" */

/**
 * Build an element. `props`: `class`, `data` (dataset), `on` (listeners), properties such as
 * `disabled` or `value`, and attributes for everything else. Strings among the children are text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props<HTMLElementTagNameMap[Tag]>} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = String(value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") listen(node, props.on ?? {});
    else if (name in node && typeof value !== "string") Object.assign(node, { [name]: value });
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...nodes(children));
  return node;
}

/**
 * Act once a dialog is closed. Browsers tell it late: what is open again by then was not closed.
 * @param {HTMLDialogElement} dialog
 * @param {() => void} act
 */
export function whenClosed(dialog, act) {
  dialog.addEventListener("close", () => {
    if (!dialog.open) act();
  });
}

/**
 * Is the mouse or a key down on something in it? What is replaced before it is up again is not clicked.
 * @param {Element} node
 */
export const pressed = (node) => node.matches(":active");

/**
 * Does a box that is drawn from `value` say this already, or must it wait? Then it is let alone.
 * @param {HTMLElement} box
 * @param {unknown} value
 */
export function repeats(box, value) {
  const signature = JSON.stringify(value);
  if (box.dataset.signature === signature || pressed(box)) return true;
  box.dataset.signature = signature;
  return false;
}

/**
 * @param {HTMLElement} node
 * @param {object} acts listeners by the type of their event
 */
function listen(node, acts) {
  for (const [type, act] of Object.entries(acts)) node.addEventListener(type, act);
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
const nodes = (children) =>
  children.flatMap((child) => {
    if (Array.isArray(child)) return nodes(child);
    return child === null || child === undefined || child === false ? [] : [child];
  });

/**
 * The nearest element from where an event happened up to the page that a selector fits.
 * @param {EventTarget | null} target
 * @param {string} selector
 */
export const above = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

/**
 * The element of this kind that a selector finds; one that is not there is a mistake of ours.
 * @template {Element} Found
 * @param {ParentNode} node
 * @param {string} selector
 * @param {new () => Found} kind
 * @returns {Found}
 */
export function find(node, selector, kind) {
  const found = node.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`There is no ${selector} on the page.`);
}

/**
 * The element in a box that has the focus.
 * @param {HTMLElement} box
 */
export const focusedIn = (box) =>
  document.activeElement instanceof HTMLElement && box.contains(document.activeElement)
    ? document.activeElement
    : null;

/**
 * Give the focus back to what took the place of an element that had it, by the name in `data-keep`.
 * @param {HTMLElement} box
 * @param {string | undefined} name
 */
export function focusKept(box, name) {
  const node = name ? box.querySelector(`[data-keep="${name}"]`) : null;
  if (node instanceof HTMLElement) node.focus();
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * The same for SVG: attributes only.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/**
 * Set the text only when it changed, so that a poll repaints nothing.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Set or remove an attribute only when it changed.
 * @param {Element} node
 * @param {string} name
 * @param {string | boolean | number | null | undefined} value
 */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

/** @param {string} id */
export const reference = (id) => `/reference/${encodeURIComponent(id)}`;

/**
 * Is the person typing? Then keys are letters, not commands; a slider takes the arrows alone.
 * @param {EventTarget | null} target
 */
export function typing(target) {
  return Boolean(above(target, "input:not([type=range]), textarea, select, [contenteditable='true']"));
}
