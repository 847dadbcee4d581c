/** Which button the keyboard has chosen: one that has the focus from a press is none. */
import { above } from "./dom.js";

let byTab = false;
addEventListener("keydown", ({ key }) => key === "Tab" && set(true), true);
addEventListener("pointerdown", () => set(false), true);

/** @param {boolean} value */
function set(value) {
  byTab = value;
}

/**
 * Did Tab lead to this button? Only then does Space press it in a dialog that Space closes.
 * @param {EventTarget | null} target
 */
export const tabbedTo = (target) => byTab && above(target, "button") !== null;
