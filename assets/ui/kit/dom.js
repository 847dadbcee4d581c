/** Elements from plain values. Text always arrives as text: a prompt can never become markup. */

/**
 * Build an element. `props`: `class`, `data` (dataset), `on` (listeners), properties such as
 * `disabled` or `value`, and attributes for everything else. Strings among the children are text.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") for (const [type, fn] of Object.entries(value)) node.addEventListener(type, fn);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Act once a dialog is closed. Browsers tell it late: what is open again by then was not closed. */
export function whenClosed(dialog, act) {
  dialog.addEventListener("close", () => {
    if (!dialog.open) act();
  });
}

/** Is the mouse or a key down on something in it? What is replaced before it is up again is not clicked. */
export const pressed = (node) => node.matches(":active");

/** Does a box that is drawn from `value` say this already, or must it wait? Then it is let alone. */
export function repeats(box, value) {
  const signature = JSON.stringify(value);
  if (box.dataset.signature === signature || pressed(box)) return true;
  box.dataset.signature = signature;
  return false;
}

const SVG = "http://www.w3.org/2000/svg";

/** The same for SVG: attributes only. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Set the text only when it changed, so that a poll repaints nothing. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set or remove an attribute only when it changed. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export const reference = (id) => `/reference/${encodeURIComponent(id)}`;

/** Is the person typing? Then keys are letters, not commands; a slider takes the arrows alone. */
export function typing(target) {
  return Boolean(target?.closest?.("input:not([type=range]), textarea, select, [contenteditable='true']"));
}
