/** All pictures as one list, for every order but that of the test prompts. */
/** @import { Group, PlacedTile } from "../grid/group.js" */
import { drawing, state } from "../../app/store.js";
import { el } from "../../kit/dom.js";
import { decimal } from "../../kit/format.js";
import { desk, orderInUse, sorted, scoreValue } from "./desk.js";

/**
 * A group of all pictures; `tiles` are in their order. What of it is in the page is up to the grid's window.
 * @param {HTMLElement} grid
 * @param {Map<string, HTMLElement>} tiles by candidate
 * @param {() => Group[]} groups
 */
export function flatList(grid, tiles, groups) {
  const body = el("div", { class: "tiles", role: "group", "aria-label": "All images" });
  const node = grid.appendChild(el("section", { class: "flat-list" }, body));
  /** @type {PlacedTile[]} */
  let placed = [];

  function join() {
    const order = sorted([...state.candidates.values()], orderInUse(), desk.reverse);
    placed = order.flatMap(({ id, index }) => {
      const tile = tiles.get(id);
      return tile ? [{ id, index, node: tile, place: 0 }] : [];
    });
    for (const candidate of order) caption(tiles.get(candidate.id), candidate);
  }
  return {
    node,
    body,
    head: null,
    waiting: /** @type {import("../grid/group.js").Cell[]} */ ([]),
    on: () => grid.hasAttribute("data-flat"),
    get tiles() {
      return placed;
    },
    arrange() {
      const wanted = orderInUse() !== "priority" && !drawing();
      if (wanted !== grid.hasAttribute("data-flat")) {
        body.replaceChildren();
        for (const group of groups()) group.body.replaceChildren();
      }
      grid.toggleAttribute("data-flat", wanted);
      if (wanted) join();
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
 * @param {import("payloads").Candidate} candidate
 */
function caption(tile, candidate) {
  const note = tile?.querySelector(".tile-note");
  const value = scoreValue(candidate, orderInUse());
  const figure = value === undefined ? "" : decimal(value, 3);
  note?.replaceChildren(el("span", {}, withoutArticle(candidate.head)), el("b", {}, figure));
}

/**
 * A small tile has no room for an article: "A koala" is "koala".
 * @param {string} head of a test prompt
 */
export const withoutArticle = (head) => head.replace(/^(an?|the) (?=\S)/i, "");
