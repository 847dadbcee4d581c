/**
 * Back and Forward move between the places of the page: screens, rounds, views, dialogs. The address names
 * the present one. A dialog that was closed leaves its entry of the history behind: the next place takes it.
 */
/** @import { Overlay, Place } from "./address.js" */
import { state, whenever } from "./store.js";
import { addressOf, isElsewhere, placeIn, stepBetween } from "./address.js";

/**
 * A kind of dialog: what it shows now, or null while it is closed; `open` returns whether it could be opened.
 * @typedef {{ now: () => string | null, open: (value: string) => boolean, close: () => void }} Kind
 */
/**
 * What the browser keeps with an entry: its number, the address that it was opened from, and whether it only
 * repeats the one before it.
 * @typedef {{ number: number, from: string | null, left: boolean }} Entry
 */
/** @type {Map<string, Kind>} */
const kinds = new Map();
/** @type {Overlay | null} a dialog that is to open when what it shows is there */
let awaited = null;
let quiet = true; // before the start, and while the page goes where the address says
let number = 0;

/**
 * Make a kind of dialog a place. One that is not registered is a place too, which no address opens.
 * @param {string} name
 * @param {Kind} kind
 */
export const registerPlace = (name, kind) => kinds.set(name, kind);

const OTHER = "other";
const MOST_OPEN = 4; // dialogs above each other
const otherDialog = () => /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[open]"));

/** @returns {Overlay | null} */
function overlayNow() {
  for (const [name, kind] of kinds) {
    const value = kind.now();
    if (value !== null) return { name, value };
  }
  return otherDialog() ? { name: OTHER, value: "" } : null;
}

/** @returns {Place} */
const placeNow = () => ({
  project: state.projectId,
  round: state.roundId,
  step: state.projectId ? state.step : "reference",
  view: state.projectId ? state.view : "map",
  overlay: overlayNow() ?? awaited,
});

/** @returns {Entry} */
const entry = () => history.state?.studio ?? { number: 0, from: null, left: false };

/**
 * @param {"pushState" | "replaceState"} how
 * @param {Entry} kept
 * @param {string} href
 */
function write(how, kept, href) {
  number = kept.number;
  history[how]({ ...history.state, studio: kept }, "", href);
}

/**
 * Tell the browser where one is now. `byItself`: nobody asked to go there.
 * @param {{ byItself?: boolean }} [how]
 */
export function remember({ byItself = false } = {}) {
  if (quiet) return;
  const before = placeIn(location.search);
  if (awaited && isElsewhere(before, placeNow())) awaited = null;
  const now = placeNow();
  const href = addressOf(location.href, now);
  if (href === location.href) return;
  const { number: at, from, left } = entry();
  const closed = before.overlay !== null && href === from;
  if (stepBetween(before, now) === "push" && !byItself && !closed && !left)
    write("pushState", { number: at + 1, from: location.href, left: false }, href);
  else write("replaceState", { number: at, from, left: href === from }, href);
}

/** @param {(place: Place) => void} go opens project, round and screen */
function restore(go) {
  const wanted = placeIn(location.search);
  quiet = true;
  awaited = null;
  for (
    let overlay = overlayNow(), tries = 0;
    overlay && tries < MOST_OPEN;
    overlay = overlayNow(), tries += 1
  ) {
    if (overlay.name === wanted.overlay?.name) break;
    leave(overlay);
  }
  go(wanted);
  state.view = wanted.view;
  quiet = false;
  awaited = wanted.overlay;
  remember({ byItself: true }); // a view that is not there was left
  openAwaited();
}

/** @param {Overlay} overlay */
function leave({ name }) {
  const kind = kinds.get(name);
  if (kind) kind.close();
  else otherDialog()?.close();
}

/** Open the dialog that the address names; one whose content does not come is given up. */
function openAwaited({ last = false } = {}) {
  if (!awaited) return;
  const { name, value } = awaited;
  const opened = kinds.get(name)?.open(value) ?? false;
  if (!opened && !last && kinds.has(name)) return;
  awaited = null;
  remember({ byItself: true });
}

/**
 * Start at the place that the address names, and follow Back and Forward.
 * @param {(place: Place) => void} go
 */
export function startPlaces(go) {
  number = entry().number;
  restore(go);
  addEventListener("popstate", () => {
    const back = entry().number < number;
    number = entry().number;
    const isHere = addressOf(location.href, placeNow()) === location.href;
    if (!isHere) restore(go);
    else if (number > 0) history.go(back ? -1 : 1); // the entry that a closed dialog left
  });
  whenever(
    () => state.polls,
    () => openAwaited({ last: state.round !== null }),
  );
  whenever(
    () => state.focusing,
    () => remember(),
  );
  new MutationObserver(() => remember()).observe(document.body, {
    subtree: true,
    attributeFilter: ["open"],
  });
}
