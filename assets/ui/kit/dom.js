/** DOM helpers. Strings always become text nodes, so a prompt is never parsed as markup. */
import { effect } from "../vendor/signals.min.js";

/**
 * Create an element. `props` are entries of `data`, attributes, and properties that are no text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{ data?: Record<string, string>, [name: string]: unknown }} [props]
 * @param {...(Node | string)} children
 */
export function el(tag, { data = {}, ...props } = {}, ...children) {
  const node = document.createElement(tag);
  Object.assign(node.dataset, data);
  for (const [name, value] of Object.entries(props))
    if (typeof value === "string") node.setAttribute(name, value);
    else Object.assign(node, { [name]: value });
  node.append(...children);
  return node;
}

/**
 * Is the element being pressed? Replacing a pressed element would lose its click event.
 * @param {Element} node
 */
export const pressed = (node) => node.matches(":active");

/**
 * The closest ancestor of an event target (or the target itself) that matches a selector.
 * @param {EventTarget | null} target
 * @param {string} selector
 */
export const above = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

/** The focused element inside `box`, or null. @param {HTMLElement} box */
export const focusedIn = (box) =>
  document.activeElement instanceof HTMLElement && box.contains(document.activeElement)
    ? document.activeElement
    : null;

/** @type {WeakMap<Node, string>} what was set last: the browser may have translated it */
const said = new WeakMap();

/**
 * Set the text only when it changed, so that a poll does not cause a repaint.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if ((said.get(node) ?? node.textContent) === text) return;
  said.set(node, text);
  node.textContent = text;
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

/**
 * Hide an element while that is true, as the signals say that it reads.
 * @param {HTMLElement} node
 * @param {() => unknown} isHidden
 */
export const hideWhile = (node, isHidden) =>
  effect(() => {
    node.hidden = Boolean(isHidden());
  });

/** @param {string} id */
export const reference = (id) => `reference/${encodeURIComponent(id)}`;

/**
 * Does the event target take typed input? Then shortcuts are off. Sliders do not count: they only use arrows.
 * @param {EventTarget | null} target
 */
export function typing(target) {
  return Boolean(above(target, "input:not([type=range]), textarea, select, [contenteditable='true']"));
}

/** Is a finger what points here? Nothing hovers then, and there may be no keys. */
export const byFinger = () => matchMedia("(hover: none)").matches;

/**
 * Do the work of a button once: it cannot be pressed meanwhile, and gets the focus back that this takes.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<unknown>} work
 */
export async function whilePressed(button, work) {
  if (button.disabled) return;
  const held = button === document.activeElement;
  button.disabled = true;
  try {
    await work();
  } finally {
    button.disabled = false;
    if (held && document.activeElement === document.body) button.focus({ preventScroll: true });
  }
}

/**
 * Scrolls an element into the visible part of a box, where a small screen has no room for all.
 * @param {string} box
 * @returns {(node: HTMLElement | null) => void}
 */
export const sideways = (box) => (node) => {
  const found = node?.closest(box);
  if (!node || !found) return;
  found.scrollLeft += Math.max(0, node.getBoundingClientRect().right - found.getBoundingClientRect().right);
};
