/** The bar over the grid while pictures are selected: what can be done with them, and how to clear it. */
import { on, setSelection, state } from "../../app/store.js";
import { el, makeButton, setText } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { compare } from "../lightbox/lightbox.js";
import { decideFocused } from "./grid.js";
import { toggleFocused } from "./mark_copies.js";

/** @type {[label: string, key: string, act: () => unknown][]} */
const ACTS = [
  ["Accept", "A", () => decideFocused("accepted")],
  ["Reject", "R", () => decideFocused("rejected")],
  ["Copies or not", "L", () => toggleFocused({ alone: false })],
  ["Compare", "C", () => compare(null)],
  ["Clear", "Esc", () => setSelection([])],
];

/**
 * Makes the bar; it is hidden while nothing is selected.
 * @param {HTMLElement} grid
 */
export function selectionBar(grid) {
  const words = el("b", { role: "status" });
  const buttons = ACTS.map(([label, key, act]) => makeButton({}, act, label, el("kbd", {}, key)));
  const node = el(
    "div",
    { class: "selection-bar", role: "group", "aria-label": "The selected images", hidden: true },
    words,
    ...buttons,
  );
  const show = () => {
    const { size } = state.selection;
    const held = node.contains(document.activeElement);
    node.hidden = !size;
    setText(words, size ? `${count(size, "image")} selected` : "");
    if (held && !size) grid.focus({ preventScroll: true }); // the pressed button is gone
  };
  on("selection forget", show);
  return node;
}
