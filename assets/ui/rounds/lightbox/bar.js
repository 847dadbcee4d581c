/** The bar over an enlarged picture: previous and next, its place in the list, zoom, and how to compare. */
import { state } from "../../app/store.js";
import { Button, html } from "../../kit/html.js";
import { neighbour, openPictures } from "../grid/neighbours.js";
import { zoomWords } from "./zoom.js";

const ZOOM = "Image at its own size, or fitted (Z); the wheel zooms, dragging moves";

/** @param {{ turnTo: (step: 1 | -1) => unknown, toggleZoom: () => unknown, painting: boolean }} props */
export function Bar({ turnTo, toggleZoom, painting }) {
  const flat = openPictures().flat();
  const at = flat.indexOf(state.focus ?? "");
  /**
   * @param {1 | -1} step
   * @param {string} glyph
   * @param {string} words
   */
  const turn = (step, glyph, words) => html`<${Button}
    class="button small turn" title=${words} aria-label=${words} disabled=${!neighbour(step) || painting}
    onClick=${() => turnTo(step)}
  >${glyph}<//>`;
  return html`${turn(-1, "‹", "Previous image (←)")}
    <span class="lightbox-place" role="status">${at < 0 ? "" : `${at + 1} of ${flat.length}`}</span>
    ${turn(1, "›", "Next image (→)")}
    <${Button} title=${ZOOM} disabled=${painting} onClick=${toggleZoom}>${zoomWords()}<//>`;
}
