/** The ring: it is around the one picture on which the keys act. */
import { openSuggestions, setFocus, state, verdictOf, whenever } from "../../app/store.js";
import { orderInUse } from "../desk/desk.js";
import { tileOf } from "./grid.js";
import { inSight, openPictures } from "./neighbours.js";

/**
 * The picture under the pointer, or else the focused one, or else the first open suggestion, or else the
 * first undecided one that is not a copy: those in sight first. No key begins on a copy.
 * @returns {string | null}
 */
export const ringed = () => state.hover ?? state.focus ?? first();

function first() {
  const shown = openPictures().flat();
  const suggested = new Set(openSuggestions());
  const open = shown.filter((id) => verdictOf(id) === "undecided" && !state.candidates.get(id)?.copy);
  for (const some of [shown.filter((id) => suggested.has(id)), open])
    if (some.length) return some.find(inSight) ?? some[0];
  return null;
}

/** Give the ringed picture the focus, before a key acts on it. */
export function focusRinged() {
  const id = ringed();
  if (id && id !== state.focus) setFocus(id, "keys");
}

/** @param {{ grid: HTMLElement }} parts */
export function mountRing({ grid }) {
  /** @type {HTMLElement | undefined} */
  let now;
  const show = () => {
    const tile = tileOf(ringed() ?? "");
    if (tile === now) return;
    now?.removeAttribute("data-ring");
    tile?.setAttribute("data-ring", "");
    now = tile;
  };
  whenever(
    () => [
      ...[state.hover, state.focus, state.filter, state.selection],
      ...[state.candidates, state.verdicts, state.suggested, orderInUse()],
    ],
    () => queueMicrotask(show), // when the grid has its tiles
  );
  grid.addEventListener("scroll", () => state.hover || state.focus || show(), { passive: true });
}
