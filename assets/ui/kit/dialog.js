/** Dialogs whose content is a component. */
import { html } from "./html.js";
import { render } from "../vendor/preact.min.js";

/**
 * Open a dialog. It leaves the page when it is closed, and its component with it.
 * @param {string} name of its class
 * @param {string} label
 * @param {unknown} content a template
 * @param {() => void} [closed]
 */
export function openDialog(name, label, content, closed = () => {}) {
  const dialog = document.createElement("dialog");
  dialog.className = `studio ${name}`;
  dialog.ariaLabel = label;
  dialog.addEventListener("close", () => {
    render(null, dialog);
    dialog.remove();
    closed();
  });
  render(html`${content}`, dialog);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
