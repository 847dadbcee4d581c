/** The bar over an enlarged picture: previous and next, its place in the list, zoom, and how to compare. */
import { state } from "../../app/store.js";
import { el, makeButton, setText } from "../../kit/dom.js";
import { neighbour, openPictures } from "../grid/neighbours.js";
import { comparing } from "./compare.js";
import { zoomWords } from "./zoom.js";

const FIT = "Fit"; // a name, while the arrows are signs

/**
 * @param {{ turnTo: (step: 1 | -1) => unknown, toggleZoom: () => unknown, painting: () => boolean,
 *   compareBar: HTMLElement }} acts
 */
export function lightboxBar({ turnTo, toggleZoom, painting, compareBar }) {
  /**
   * @param {string} glyph
   * @param {string} label
   * @param {() => unknown} act
   */
  const button = (glyph, label, act, more = "") =>
    makeButton(
      { class: `button small ${more}`, title: label, "aria-label": glyph === FIT ? null : label },
      act,
      glyph,
    );
  const back = button("‹", "Previous image (←)", () => turnTo(-1), "turn");
  const forth = button("›", "Next image (→)", () => turnTo(1), "turn");
  const place = el("span", { class: "lightbox-place", role: "status" });
  const zoom = button(FIT, "Image at its own size, or fitted (Z); the wheel zooms, dragging moves", () =>
    toggleZoom(),
  );
  const node = el("div", { class: "lightbox-bar" }, back, place, forth, zoom);
  return {
    node,
    show: () => {
      const flat = openPictures().flat();
      const at = flat.indexOf(state.focus ?? "");
      setText(place, at < 0 ? "" : `${at + 1} of ${flat.length}`);
      back.disabled = !neighbour(-1) || painting();
      forth.disabled = !neighbour(1) || painting();
      setText(zoom, zoomWords());
      zoom.disabled = painting();
      if (comparing()) node.append(compareBar);
      else compareBar.remove();
    },
  };
}
