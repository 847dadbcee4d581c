/** The ring: it is around the one picture on which the keys act. */
import { on, setFocus, state, verdictOf } from "../../app/store.js";
import { tileOf } from "./grid.js";
import { inSight, openPictures } from "./neighbours.js";

/**
 * The picture under the pointer, or else the focused one, or else the first undecided one in sight.
 * @returns {string | null}
 */
export const ringed = () => state.hover ?? state.focus ?? firstUndecided();

function firstUndecided() {
  const open = openPictures()
    .flat()
    .filter((id) => verdictOf(id) === "undecided");
  return open.find(inSight) ?? open[0] ?? null;
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
  on("hover focus verdicts filter selection candidates cleared forget desk scores", show);
  grid.addEventListener("scroll", () => state.hover || state.focus || show(), { passive: true });
}
