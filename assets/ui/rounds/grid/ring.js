/** The ring: it is around the one picture on which the keys act. */
import { openSuggestions, setFocus, state, verdictOf } from "../../app/store.js";
import { computed, signal } from "../../vendor/signals.min.js";
import { openPictures } from "./parts.js";

/**
 * The picture under the pointer, or else the focused one, or else the first open suggestion, or else the
 * first undecided one that is not a copy: those in sight first. No key begins on a copy.
 * @returns {string | null}
 */
export const ringed = () => state.hover ?? state.focus ?? first();

/** Says whether a picture is in sight; another function whenever that may have changed. */
export const sight = signal(/** @type {(id: string) => boolean} */ (() => false));

export const ring = computed(ringed);

function first() {
  const shown = openPictures().flat();
  const suggested = new Set(openSuggestions());
  const open = shown.filter((id) => verdictOf(id) === "undecided" && !state.candidates.get(id)?.copy);
  for (const some of [shown.filter((id) => suggested.has(id)), open])
    if (some.length) return some.find(sight.value) ?? some[0];
  return null;
}

/** The tile of a picture, if it is in the page. @param {string} id @returns {HTMLElement | null} */
export const tileOf = (id) => document.querySelector(`.grid .tile[data-id="${CSS.escape(id)}"]`);

/**
 * Is the whole tile of a picture in the visible part of the grid?
 * @param {string} id
 */
export function inSight(id) {
  const node = tileOf(id);
  const box = node?.closest(".grid")?.getBoundingClientRect();
  const tile = node?.getBoundingClientRect();
  if (!tile?.height || !box) return false;
  return tile.top >= Math.max(box.top, 0) && tile.bottom <= Math.min(box.bottom, innerHeight);
}

/** Give the ringed picture the focus, before a key acts on it. */
export function focusRinged() {
  const id = ringed();
  if (id && id !== state.focus) setFocus(id, "keys");
}
