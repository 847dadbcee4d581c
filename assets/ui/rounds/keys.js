/** Keyboard shortcuts of the Rounds screen, disabled in text fields and while another dialog is open. */
/** @import { Verdict } from "payloads" */
import { state, setFocus, setSelection, setFilter, verdictOf } from "../app/store.js";
import { above, typing } from "../kit/dom.js";
import { decideFocused } from "./grid/grid.js";
import { neighbour, openPictures, placesShown } from "./grid/parts.js";
import { below } from "./grid/order.js";
import { desk } from "./desk/desk.js";
import { toggleFocused } from "./grid/mark_copies.js";
import { focusRinged, ringed } from "./grid/ring.js";
import { typeTag } from "./grid/tags.js";
import { redo, toggle, undo } from "./grid/verdicts.js";
import { acceptPart } from "./lightbox/accept_part.js";
import {
  close,
  compare,
  enlarge,
  lightbox,
  painting,
  paintPart,
  toggleHeat,
  toggleZoom,
} from "./lightbox/lightbox.js";
import { tabbedTo } from "../kit/by_tab.js";
import { maskOpen } from "../brush/mask_dialog.js";
import { reviewAction } from "./review/review.js";
import { turnChanges } from "./changes.js";
import { changesShown, reviewShown } from "./sides.js";
import { acceptListed } from "./suggestion.js";
import { addOptionToHelp, showHelp } from "../kit/help.js";
import {
  isOtherByAlt,
  isSwitchedOff,
  pressedKey,
  showSingleKeys,
  singleKeys,
  turnSingleKeys,
} from "../kit/pressed_key.js";

export function mountKeys() {
  addOptionToHelp("Shortcuts of a single letter or sign (A, R, ?)", singleKeys, turnSingleKeys);
  showSingleKeys();
  document.addEventListener("keydown", (event) => {
    // a held Enter key clicks a button only once
    if (event.repeat && event.key === "Enter" && above(event.target, "button")) event.preventDefault();
    if (typing(event.target) || shortcutsBlocked() || isOtherByAlt(event)) return;
    const act = actionFor(event);
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || event.key.startsWith("Arrow")) act(); // no auto-repeat, except for the arrow keys
  });
}

/** @typedef {() => unknown} Act */
/**
 * What features do with a key: null for nothing, undefined where it is none of theirs.
 * @typedef {(event: KeyboardEvent, key: string) => Act | null | undefined} Keys
 * @type {Keys[]}
 */
const added = [];
export const addKeys = (/** @type {Keys} */ keys) => added.push(keys);

/** @type {Record<string, [right: number, down: number]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** What is open has its own keys, apart from the dialogs of an image. */
const OPEN =
  "dialog[open]:not(.lightbox, .own-keys), " +
  ":is(.desk-panel, .round-menu, .save-menu, .queue-list):popover-open";
const shortcutsBlocked = () => document.querySelector(OPEN) !== null;

/**
 * @param {KeyboardEvent} event
 * @returns {Act | null}
 */
function actionFor(event) {
  const key = pressedKey(event);
  if (isSwitchedOff(event, key)) return null;
  if (key === "?") return showHelp;
  if (state.step !== "rounds") return null;
  if (maskOpen()) return null;
  for (const of of added) {
    const act = of(event, key);
    if (act !== undefined) return act;
  }
  if (reviewShown() && !lightbox()) return reviewAction(event, key);
  if (changesShown() && !lightbox()) return CHANGES[key] ?? null;
  if (painting()) return paintAction(event, key);
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? redo : undo;
    return key === "y" ? redo : null;
  }
  const arrow = ARROWS[key];
  if (arrow) return above(event.target, "[role=tab], input") ? null : () => moveFocus(...arrow);
  if (key === " ") return space(event);
  if (key === "Escape") return leave;
  if (key === "z") return lightbox() ? toggleZoom : null;
  if (key === "h" && lightbox()) return toggleHeat;
  if (key === "s") return acceptListed;
  const act = key === "Enter" && above(event.target, ".tile-face") ? acceptByEnter : ON_RINGED[key];
  return act ? () => onRinged(act) : null;
}

/** @type {Partial<Record<string, Act>>} the keys of what a choice changed */
const CHANGES = { ArrowRight: () => turnChanges(1), ArrowLeft: () => turnChanges(-1) };

/** @type {Partial<Record<string, (id: string) => unknown>>} the keys that act on the ringed picture */
const ON_RINGED = {
  a: () => decideAndAdvance("accepted"),
  r: () => decideAndAdvance("rejected"),
  l: markAndStay,
  c: compare,
  p: () => choose("accepted"),
  x: () => choose("rejected"),
  u: () => choose("undecided"),
  b: paintPart,
  t: (id) => lightbox() || typeTag(id),
  h: (id) => enlarge(id, { heat: true }),
};
/**
 * As in photo programs: a key sets one state, and pressed again it changes nothing.
 * @param {Verdict} verdict
 */
function choose(verdict) {
  const alone = lightbox() || !state.selection.size;
  if (!alone || verdictOf(state.focus ?? "") !== verdict) decideAndAdvance(verdict);
}
/** @param {string} id */
const acceptByEnter = (id) => toggle(id, "accepted");

/** @param {(id: string) => unknown} act */
function onRinged(act) {
  if (!lightbox()) focusRinged();
  if (state.focus) act(state.focus);
}

/**
 * The shortcuts while a part is painted; the brush handles its own.
 * @param {KeyboardEvent} event
 * @param {string} key
 * @returns {Act | null}
 */
function paintAction(event, key) {
  if (key === "Escape") return close;
  if (key === "h") return toggleHeat;
  if (key === "Enter" && !above(event.target, "button")) return acceptPart;
  return null;
}

/**
 * Space enlarges the ringed picture, unless another button or link has the focus.
 * @param {KeyboardEvent} event
 * @returns {Act | null}
 */
function space(event) {
  if (lightbox()) return tabbedTo(event.target) ? null : close;
  const other = above(event.target, "button, summary, a");
  if (other && !other.classList.contains("tile-face")) return null;
  return () => onRinged(enlarge);
}

function leave() {
  if (lightbox()) close();
  else if (state.selection.size) setSelection([]);
  else setFilter("all");
}

/**
 * Give a verdict; with auto-advance go on to the next picture. Taking a verdict back stays where it is.
 * @param {Verdict} verdict
 */
function decideAndAdvance(verdict) {
  const { focus } = state;
  const alone = lightbox() || !state.selection.size;
  const goes = desk.advance && focus && alone && verdictOf(focus) !== verdict;
  const next = goes ? neighbour(1) : null; // before a filter hides the picture
  decideFocused(verdict, { alone });
  if (next) go(next);
}

/**
 * Call the picture a copy or none, and stay on it unless a filter hides it now.
 * @param {string} id
 */
function markAndStay(id) {
  const next = neighbour(1) ?? neighbour(-1);
  toggleFocused({ alone: lightbox() });
  if (next && !lightbox() && !openPictures().flat().includes(id)) go(next);
}

/** @param {string} id */
function go(id) {
  setFocus(id, lightbox() ? "lightbox" : "keys");
}

const columns = () => {
  /** @type {HTMLElement | null} */
  const grid = document.querySelector(".grid");
  return Number(grid?.style.getPropertyValue("--columns")) || 10;
};

/**
 * @param {number} right
 * @param {number} down
 */
function moveFocus(right, down) {
  const open = openPictures();
  const flat = open.flat();
  if (!flat.length) return;
  if (!lightbox() && state.focus === null && state.hover === null) return go(ringed() ?? flat[0]);
  if (!lightbox()) focusRinged();
  const { focus } = state;
  const at = focus === null ? -1 : flat.indexOf(focus);
  if (at < 0 || focus === null) return go(neighbour(right + down > 0 ? 1 : -1) ?? flat[0]);
  if (right) return go(flat[Math.max(0, Math.min(flat.length - 1, at + right))]);
  return go(below(placesShown(), focus, down, columns()));
}
