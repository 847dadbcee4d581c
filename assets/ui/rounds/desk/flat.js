/** All pictures as one list, for every order but that of the test prompts. */
/** @import { Group, PlacedTile } from "../grid/group.js" */
import { drawing, state } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { desk, sorted, scoreValue } from "./desk.js";

/**
 * @param {HTMLElement} grid
 * @param {Map<string, HTMLElement>} tiles by candidate
 * @param {Map<string, Group>} groups by test prompt
 */
export function flatList(grid, tiles, groups) {
  const body = el("div", { class: "tiles", role: "group", "aria-label": "All pictures" });
  const node = grid.appendChild(el("section", { class: "flat-list" }, body));
  /** @type {PlacedTile[]} */
  let placed = [];
  const wanted = () => desk.sort !== "priority" && !drawing();

  /** Move every tile into the list; nothing moves when the order is the same. */
  function join() {
    const order = sorted([...state.candidates.values()], desk.sort, desk.reverse);
    placed = order.flatMap(({ id, index }) => {
      const tile = tiles.get(id);
      return tile ? [{ id, index, node: tile }] : [];
    });
    for (const candidate of order) caption(tiles.get(candidate.id), candidate);
    if (placed.some(({ node: tile }, i) => body.children[i] !== tile))
      body.append(...placed.map(({ node: tile }) => tile));
  }
  /** Move every tile back to its test prompt. */
  function part() {
    placed = [];
    for (const group of groups.values()) group.body.prepend(...group.tiles.map(({ node: tile }) => tile));
  }
  return {
    node,
    on: () => grid.hasAttribute("data-flat"),
    get tiles() {
      return placed;
    },
    arrange() {
      const focused = document.activeElement;
      const was = grid.hasAttribute("data-flat");
      grid.toggleAttribute("data-flat", wanted());
      if (wanted()) join();
      else if (was) part();
      if (focused instanceof HTMLElement && grid.contains(focused)) focused.focus({ preventScroll: true });
    },
    clear() {
      placed = [];
      body.replaceChildren();
    },
  };
}

/**
 * The test prompt and the score by which the list is ordered, under a picture.
 * @param {HTMLElement | undefined} tile
 * @param {import("../../app/payloads.d.ts").Candidate} candidate
 */
function caption(tile, candidate) {
  const note = tile?.querySelector(".tile-note");
  const value = scoreValue(candidate, desk.sort);
  const figure = value === undefined ? "" : value.toFixed(3).replace("-", "−");
  note?.replaceChildren(el("span", {}, candidate.head), el("b", {}, figure));
}
