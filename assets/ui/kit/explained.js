/** A word that explains itself when it is pressed, as a column of a table needs it. */
import { el } from "./dom.js";
import { place } from "./popovers.js";

/**
 * A button with a name; a press shows what it means below it.
 * @param {string} name
 * @param {string} words
 */
export function explained(name, words) {
  const panel = el("span", { class: "studio explained-words", popover: "auto", role: "note" }, words);
  const button = el("button", { type: "button", class: "explained", title: words }, name);
  button.popoverTargetElement = panel;
  panel.addEventListener("toggle", () => panel.matches(":popover-open") && place(panel, button));
  return el("span", {}, button, panel);
}
