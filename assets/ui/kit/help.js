/** The dialog with the keyboard shortcuts. */
import { el } from "./dom.js";

/** @type {[key: string, what: string][]} */
const PICTURES = [
  ["← → ↑ ↓", "move between images"],
  ["A", "accept and go to the next image; press again to undo"],
  ["R", "reject and go to the next image; press again to undo"],
  ["P, X, U", "as in photo programs: accept, reject, neither"],
  ["L", "mark as copy / not a copy"],
  ["Space", "enlarge"],
  ["C", "compare with the reference, or the selected images"],
  ["Z", "enlarged: image at its own size, and back"],
  ["F", "compared: flicker between two images"],
  ["H", "heat map: likeness of each area to the reference"],
  ["B", "paint what is right: accept in part"],
  ["Ctrl Z", "undo"],
  ["Ctrl Y", "redo"],
  ["Esc", "close, or clear the selection"],
  ["Shift click", "select from the last clicked image to this one"],
  ["Ctrl click", "add to the selection, or remove from it"],
  ["Drag on the map", "lasso: select images"],
  ["?", "this list"],
];
/** @type {[key: string, what: string][]} */
const BRUSH = [
  ["G", "good: paint what is right"],
  ["B", "bad, on comparison pairs"],
  ["E", "erase"],
  ["Wheel, [ ]", "size of the brush"],
  ["Ctrl Z, Ctrl Y", "undo and redo strokes"],
  ["Enter", "accept the painted part"],
  ["Esc", "leave the brush"],
  ["Tab, ← → ↑ ↓", "go to the image, then move the brush or read the heat map"],
  ["Space", "paint one dab"],
  ["Shift ← → ↑ ↓", "draw a line"],
];
/** @type {HTMLDialogElement | null} */
let dialog = null;
/** @type {{ label: string, act: () => void }[]} */
const more = [];

/**
 * Add a button to the dialog, which closes it first.
 * @param {string} label
 * @param {() => void} act
 */
export const addToHelp = (label, act) => more.push({ label, act });

export const helpOpen = () => Boolean(dialog?.open);
export const closeHelp = () => dialog?.close();

export function showHelp() {
  dialog ??= document.body.appendChild(
    el(
      "dialog",
      { class: "studio help", "aria-label": "Keys" },
      el(
        "form",
        { method: "dialog" },
        el(
          "div",
          { class: "help-lists", tabIndex: 0, role: "region", "aria-label": "Keys" },
          list("Images", PICTURES),
          list("Brush and heat map", BRUSH),
        ),
        el("p", {}, "A, R and L act on the whole selection."),
        el(
          "div",
          { class: "help-buttons" },
          el("button", { class: "button", autofocus: true }, "Close"),
          more.map(({ label, act }) =>
            el("button", { class: "quiet", on: { click: () => setTimeout(act) } }, label),
          ),
        ),
      ),
    ),
  );
  if (!dialog.open) dialog.showModal();
}

/**
 * @param {string} title
 * @param {[key: string, what: string][]} keys
 */
const list = (title, keys) =>
  el(
    "section",
    {},
    el("h2", {}, title),
    el(
      "dl",
      {},
      keys.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)]),
    ),
  );
