/** The buttons of the open view: enlarge it, and save what it shows. */
/** @import { Row } from "./table.js" */
import { fromStudio } from "../../app/answers.js";
import { state } from "../../app/store.js";
import { html } from "../../kit/html.js";
import { MenuItem, PopoverButton } from "../../kit/popovers.js";
import { saveBlob } from "../../kit/save.js";
import { theme } from "../../kit/theme.js";
import { toast } from "../../kit/toast.js";
import { useLayoutEffect, useRef, useState } from "../../vendor/preact.min.js";
import { candidatesShown } from "../sides.js";
import { csv } from "./table.js";

/**
 * What a view offers to be saved: its table, the names of the columns first, or that as CSV; and the address
 * of the figure that the studio makes of the same, whose own button saves it as a drawing.
 * @typedef {{ rows: () => Row[] | Promise<Row[] | string>, figure?: () => string }} Savable
 */

/** @type {[ending: string, words: string][]} */
const FILES = [
  ["csv", "Table (CSV)"],
  ["html", "Figure (HTML, with a button for SVG)"],
];

/** @typedef {{ name: string, label: string, savable: Savable | undefined }} Shown */

/**
 * `views` is the card that holds all views, `shown` the open one.
 * @param {{ views: HTMLElement, shown: Shown }} props
 */
export function ViewButtons({ views, shown }) {
  const [isLarge, enlarge] = useState(false);
  const larger = useRef(/** @type {HTMLElement | null} */ (null));
  const isOnScreen = state.step === "rounds" && candidatesShown();
  useLayoutEffect(() => {
    if (!isOnScreen) enlarge(false);
  }, [isOnScreen]);
  useLayoutEffect(() => {
    views.toggleAttribute("data-enlarged", isLarge);
    if (!isLarge) return undefined;
    views.popover = "manual"; // above everything, the top bar too, without leaving its place in the page
    views.showPopover();
    const others = behind(views);
    for (const other of others) other.inert = true;
    const leave = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || document.querySelector(ABOVE)) return;
      event.stopPropagation(); // it would also clear the selection
      enlarge(false);
      larger.current?.focus();
    };
    document.addEventListener("keydown", leave, true);
    return () => {
      document.removeEventListener("keydown", leave, true);
      views.removeAttribute("popover");
      for (const other of others) other.inert = false;
    };
  }, [isLarge]);
  const words = isLarge ? "Back to its place (Esc)" : "Enlarge this view";
  const files = FILES.filter(([ending]) => ending === "csv" || shown.savable?.figure);
  return html`<${PopoverButton}
      class="quiet view-button" label="⤓" title="Save this view as a file" aria-label="Save this view"
      aria-haspopup="true" data-action="save-view" panelClass="save-menu" panelLabel="Save"
    >${() =>
      files.map(
        ([ending, name]) => html`<${MenuItem}
          key=${ending} data-save=${ending} act=${() => save(ending, shown)}
        >${name}<//>`,
      )}<//>
    <button
      type="button" class="quiet view-button" data-action="enlarge-view" ref=${larger} title=${words}
      aria-label=${words} aria-pressed=${String(isLarge)} onClick=${() => enlarge(!isLarge)}
    >${isLarge ? "✕" : "⤢"}</button>`;
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
 * @param {Shown} shown
 */
async function save(ending, { name, label, savable }) {
  if (ending === "html") return saveFigure(savable?.figure?.() ?? "", name);
  const table = (await savable?.rows()) ?? [];
  const text = typeof table === "string" ? table : csv(table);
  if (text.trim().split("\n").length < 2) return toast(`${label}: there is nothing to save yet.`);
  return saveBlob(new Blob([text], { type: "text/csv" }), `${stem(name)}.csv`);
}

/**
 * @param {string} address
 * @param {string} name of the view
 */
async function saveFigure(address, name) {
  try {
    const answer = await fromStudio(`${address}?theme=${theme()}`);
    if (!answer.ok) return toast(await answer.text(), "error");
    return saveBlob(await answer.blob(), `${stem(name)}.html`);
  } catch (error) {
    return toast(`The figure was not saved. ${/** @type {Error} */ (error).message}`, "error");
  }
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
