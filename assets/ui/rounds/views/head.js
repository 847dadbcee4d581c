/** The buttons of the open view: enlarge it, and save what it shows. */
/** @import { Row } from "./table.js" */
import { state, on } from "../../app/store.js";
import { el, makeButton, setAttribute, setText } from "../../kit/dom.js";
import { saveBlob } from "../../kit/save.js";
import { theme } from "../../kit/theme.js";
import { toast } from "../../kit/toast.js";
import { oneDrawing, pngFile, svgFile } from "./drawing.js";
import { refinementShown } from "../../refine/refine.js";
import { csv, tableDrawing } from "./table.js";

/**
 * What a view offers to be saved: its table, the names of the columns first, is drawn if it has no drawings.
 * `figure` is the address of the figure that the studio makes of the same.
 * @typedef {{
 *   rows: () => Row[] | Promise<Row[]>,
 *   drawings?: () => SVGSVGElement[] | Promise<SVGSVGElement[]>,
 *   figure?: () => string
 * }} Savable
 */

/** @type {[ending: string, words: string][]} */
const FILES = [
  ["png", "Image (PNG)"],
  ["svg", "Drawing (SVG)"],
  ["csv", "Table (CSV)"],
  ["html", "Figure (HTML)"],
];

/**
 * @param {HTMLElement} views the card that holds all views
 * @param {() => { name: string, label: string, savable: Savable | undefined }} shown the open view
 */
export function makeViewButtons(views, shown) {
  const menu = el("div", { class: "studio save-menu", popover: "auto", role: "group", "aria-label": "Save" });
  const saving = makeButton(
    {
      class: "quiet view-button",
      "aria-label": "Save this view",
      "aria-haspopup": "true",
      title: "Save this view as a file",
      data: { action: "save-view" },
    },
    () => openMenu(),
    "⤓",
  );
  menu.append(
    ...FILES.map(([ending, words]) =>
      makeButton(
        { class: "quiet", data: { save: ending } },
        () => {
          menu.hidePopover();
          save(ending, shown());
        },
        words,
      ),
    ),
  );
  const openMenu = () => {
    /** @type {HTMLElement | null} */
    const figure = menu.querySelector("[data-save=html]");
    if (figure) figure.hidden = !shown().savable?.figure;
    menu.showPopover({ source: saving });
    const box = saving.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8));
    Object.assign(menu.style, { left: `${left}px`, top: `${box.bottom + 4}px` });
  };
  const larger = makeButton(
    { class: "quiet view-button", data: { action: "enlarge-view" } },
    () => enlarge(!views.hasAttribute("data-enlarged")),
    "⤢",
  );
  /** @param {boolean} on */
  const enlarge = (on) => {
    if (on === views.matches(":popover-open")) return;
    views.toggleAttribute("data-enlarged", on);
    if (on) {
      views.popover = "manual"; // above everything, the top bar too, without leaving its place in the page
      views.showPopover();
    } else views.removeAttribute("popover");
    name(on);
    for (const other of behind(views)) other.inert = on;
  };
  /** @param {boolean} on */
  const name = (on) => {
    setAttribute(larger, "aria-pressed", String(on));
    setText(larger, on ? "✕" : "⤢");
    const words = on ? "Back to its place (Esc)" : "Enlarge this view";
    larger.title = words;
    setAttribute(larger, "aria-label", words);
  };
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !views.hasAttribute("data-enlarged") || document.querySelector(ABOVE))
        return;
      event.stopPropagation(); // it would also clear the selection
      enlarge(false);
      larger.focus();
    },
    { capture: true },
  );
  on("received", () => {
    if (state.step !== "rounds" || refinementShown()) enlarge(false); // its card is not on this screen
  });
  name(false);
  return el("span", { class: "view-buttons" }, saving, larger, menu);
}

const ABOVE = "dialog[open], [popover=auto]:popover-open"; // it closes first

/**
 * What lies behind an enlarged view: the rest of the page, but for what opens above it.
 * @param {HTMLElement} views
 */
function behind(views) {
  /** @type {HTMLElement[]} */
  const found = [];
  for (let node = views; node.parentElement && node !== document.body; node = node.parentElement)
    for (const other of node.parentElement.children)
      if (other !== node && other instanceof HTMLElement && !other.matches("dialog, [popover], .toasts"))
        found.push(other);
  return found;
}

/**
 * @param {string} ending
 * @param {{ name: string, label: string, savable: Savable | undefined }} shown
 */
async function save(ending, { name, label, savable }) {
  if (ending === "html") return saveFigure(savable?.figure?.() ?? "", name);
  const rows = (await savable?.rows()) ?? [];
  if (rows.length < 2) return toast(`${label}: there is nothing to save yet.`);
  const file = await fileOf(ending, rows, (await savable?.drawings?.()) ?? []);
  if (!file) return toast(`${label} could not be made. Save it as SVG or CSV.`, "error");
  return saveBlob(file, `${stem(name)}.${ending}`);
}

/**
 * @param {string} address
 * @param {string} name of the view
 */
async function saveFigure(address, name) {
  const answer = await fetch(`${address}?theme=${theme()}`).catch(() => null);
  if (!answer) return toast("The figure could not be made. Save it again when the studio is back.", "error");
  if (!answer.ok) return toast(await answer.text(), "error");
  return saveBlob(await answer.blob(), `${stem(name)}.html`);
}

/**
 * @param {string} ending
 * @param {Row[]} rows
 * @param {SVGSVGElement[]} drawings
 */
function fileOf(ending, rows, drawings) {
  if (ending === "csv") return new Blob([csv(rows)], { type: "text/csv" });
  const drawing = oneDrawing(drawings.length ? drawings : [tableDrawing(rows)]);
  return ending === "svg" ? svgFile(drawing) : pngFile(drawing);
}

/** @param {string} name of the view */
function stem(name) {
  const round = state.rounds.find((one) => one.id === state.roundId)?.name ?? "";
  return [state.project?.name, round, name]
    .filter(Boolean)
    .join("-")
    .replace(/[^\p{L}\p{N}-]+/gu, "-")
    .toLowerCase();
}
