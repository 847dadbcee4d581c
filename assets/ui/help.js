/** The list of keys. */
import { el } from "./dom.js";

const KEYS = [
  ["← → ↑ ↓", "move between pictures"], ["A", "accept; again takes it back"], ["R", "reject; again takes it back"],
  ["Space", "enlarge"], ["C", "compare with the reference"], ["Ctrl Z", "undo"], ["Ctrl Y", "redo"],
  ["Esc", "close, or clear the selection"], ["Shift click", "add to the selection"], ["Ctrl click", "remove from the selection"],
  ["Drag on the map", "lasso: select and filter"], ["?", "this list"],
];
let dialog = null;

export const helpOpen = () => Boolean(dialog?.open);

export function showHelp() {
  dialog ??= document.body.appendChild(el("dialog", { class: "studio help", "aria-label": "Keys" },
    el("form", { method: "dialog" }, el("h2", {}, "Keys"),
      el("dl", {}, KEYS.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)])),
      el("p", {}, "With a selection, A and R act on all of it."),
      el("button", { class: "button", autofocus: true }, "Close"))));
  dialog.showModal();
}
