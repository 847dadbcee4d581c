/** Panels that open below a button. */

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
