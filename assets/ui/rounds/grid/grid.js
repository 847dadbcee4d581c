/** The grid of candidates, grouped by test prompt in order of priority; only what is seen is in the page. */
/** @import { Group } from "./group.js" */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
/** @import { Candidate, Verdict } from "payloads" */
import { busy, state, passes, counts, drawing, imagesOf, isTag, whenever } from "../../app/store.js";
import { above, el, focusedIn, makeButton, setAttribute, setText } from "../../kit/dom.js";
import { arrive, faceOf, makeTile, makeTools, markTile, setTabStop, showPicture } from "./tile.js";
import { toggleCopies } from "./mark_copies.js";
import { markNote } from "./mark_note.js";
import { closedMore, drawMore } from "./draw_more.js";
import { makeGroup, showHead, insertTile, fillWaiting } from "./group.js";
import { flatList } from "../desk/flat.js";
import { desk, orderInUse } from "../desk/desk.js";
import { effect } from "../../vendor/signals.min.js";
import { decide, toggle } from "./verdicts.js";
import { enlarge } from "../lightbox/lightbox.js";
import { columnsFor, inOrder } from "./order.js";
import { emptyGrid } from "./empty_grid.js";
import { listenPointer } from "./pointer.js";
import { mountWaiting } from "../waiting/waiting.js";
import { strengthWords } from "./strengths.js";
import { roundWords } from "./round_words.js";
import { GridWindow } from "./window.js";

/** @type {Map<string, HTMLElement>} by candidate */
const tiles = new Map();
/** @type {Map<string, Candidate>} those that have a tile */
let known = new Map();
/** @type {Map<string, Group>} by test prompt */
const groups = new Map();
/** @type {HTMLElement} */
let grid;
/** @type {GridWindow} */
let view;
/** @type {HTMLElement} */
let shown;
/** @type {HTMLElement} */
let empty;
/** @type {HTMLElement} */
let waitingNode;
/** @type {ReturnType<typeof flatList>} */
let flat;
/** @type {string | null} the test prompt whose row stays where it is, until another row has the focus */
let held = null;
/** @type {Map<string, number | null>} of the test prompts, from before the pictures that are drawn now */
let ranks = new Map();
/** @type {Map<string, number | null>} before the rows, in the order in which they stand */
let numbers = new Map();
const strengths = el("p", { class: "strengths", hidden: true }, "Rows start with the highest LoRA strength");
/** @type {string | null} the test prompt whose row had the focus when its head was shown */
let stop = null;
let watched = false; // pictures were drawn while the grid was looked at: its rows stay where they are
const sortNote = el("p", { class: "sort-note", hidden: true }, "The rows keep their order. ");
sortNote.append(makeButton({ data: { action: "sort" } }, sortAndShow, "Sort again"));

const FEWEST = 5; // columns
const MOST_COLUMNS = 24; // of the smallest tiles
const GAP = 8; // pixels between tiles
const PADDING = 32; // pixels, left and right of the tiles
const THUMBNAIL = 192; // pixels of a thumbnail's edge
const SMALL = 82; // pixels of a tile with its gap, below which its mark is smaller
const ROOMY = 100; // from which its mark tells what a copy repeats

/** @param {string} id */
export const tileOf = (id) => tiles.get(id);
/** The visible groups in page order; one group of all pictures when these have an order of their own. */
export const visibleGroups = () => (flat.on() ? [flat] : promptGroups());

const promptGroups = () =>
  [...grid.children]
    .flatMap((node) => groups.get(node.getAttribute("data-anchor") ?? "") ?? [])
    .filter((group) => !group.node.hidden);

/** @param {RoundsParts} parts */
export function mountGrid(parts) {
  ({ grid, shown } = parts);
  grid.before(markNote(), sortNote, strengths);
  effect(() => setText(parts["round-words"], roundWords()));
  view = new GridWindow(grid, (node) => node.dataset.id && dress(node.dataset.id), keepTabStop);
  waitingNode = mountWaiting(grid);
  empty = grid.appendChild(el("div", { class: "empty-grid", hidden: true }));
  flat = flatList(grid, tiles, () => [...groups.values()]);
  const tools = makeTools({
    accept: (id) => toggle(id, "accepted"),
    reject: (id) => toggle(id, "rejected"),
    enlarge,
  });
  listenPointer(grid, tools, tiles, enlarge);
  whenever(() => [state.candidates, state.round, state.job, state.scores], take);
  whenever(() => [state.step, state.queue], showCount);
  whenever(
    () => state.step,
    (step) => watched && step !== "rounds" && sortNow(),
  );
  whenever(
    () => [state.verdicts, state.masks],
    () => {
      mark(state.candidates.keys());
      if (["accepted", "rejected", "undecided"].includes(state.filter)) filter();
      else showCount();
    },
  );
  whenever(() => [state.filter, state.selection], filter);
  whenever(
    () => state.tags,
    () => {
      mark(state.candidates.keys());
      if (isTag(state.filter)) filter();
    },
  );
  whenever(
    () => [orderInUse(), state.search, desk.reverse, desk.size],
    () => {
      flat.arrange();
      columns();
    },
  );
  whenever(() => state.hover, revealHovered);
  whenever(
    () => state.focusing,
    ({ by }) => follow(by),
  );
  new ResizeObserver(columns).observe(grid);
}

function clear() {
  held = null;
  watched = false;
  sortNote.hidden = true;
  ranks.clear();
  for (const group of groups.values()) group.node.remove();
  flat.clear();
  tiles.clear();
  groups.clear();
  view.show([], 1);
  showCount();
}

/** @param {import("./group.js").Named} anchor */
function groupOf(anchor) {
  const known = groups.get(anchor.id);
  if (known) return Object.assign(known, { anchor }); // which words all test prompts share may come later
  const group = makeGroup(anchor);
  groups.set(anchor.id, group);
  grid.append(group.node);
  return group;
}

/**
 * Whether a person may still say that the pictures of a row are no copies.
 * @param {string} anchor
 */
const isOpen = (anchor) => imagesOf(anchor).some(({ copy_by }) => copy_by !== "person");

/** Take the images of the round, and put the rows in order. */
function take() {
  const { candidates } = state;
  const fresh = [...candidates.values()].filter((one) => known.get(one.id) !== one);
  if ([...known.values()].some(({ id, version }) => candidates.get(id)?.version !== version)) clear();
  known = candidates;
  add(fresh);
  arrange();
}

/** @param {Candidate[]} items */
function add(items) {
  // another mark gives the row another rank: it stays under the eye for now
  if (items.some(({ id }) => tiles.has(id))) held = focusedRow();
  for (const item of items.filter(({ id }) => !tiles.has(id))) {
    const group =
      groups.get(item.anchor_id) ??
      groupOf({ id: item.anchor_id, prompt: item.prompt, head: item.prompt, tail: "" });
    const tile = makeTile(item, grid.hasAttribute("data-large"));
    tile.hidden = !passes(item.id);
    if (drawing()) arrive(tile);
    tiles.set(item.id, tile);
    insertTile(group, tile, item);
  }
}

/** The test prompt of the focused picture. */
const focusedRow = () => state.candidates.get(state.focus ?? "")?.anchor_id ?? null;

/**
 * Update scores, placeholders and order of the groups. The order stays as it was while pictures are drawn,
 * and while the focus stays in a row in which a picture was marked.
 */
function arrange() {
  for (const anchor of state.project?.anchors ?? []) if (groups.has(anchor.id)) groupOf(anchor);
  const pool = (state.round?.pool ?? []).map((anchor) => groupOf(anchor).anchor.id);
  for (const [id, group] of groups) fillWaiting(group, drawing() ? (state.round?.coming[id] ?? []) : []);
  if (!drawing()) ranks = new Map(state.scores.map(({ anchor_id, rank }) => [anchor_id, rank]));
  const order = inOrder(groups.keys(), pool, (id) => ranks.get(id));
  const wanted = order.flatMap((id) => groups.get(id)?.node ?? []);
  if (drawing() && tiles.size) watched = true;
  else if (watched && !isUsed()) watched = false;
  sortNote.hidden = !watched || drawing() || !isMoved(wanted);
  if (held === null && sortNote.hidden) {
    place(wanted);
    numbers = new Map(state.scores.map(({ anchor_id, rank }) => [anchor_id, rank]));
  }
  for (const [id, group] of groups) head(id, group);
  flat.arrange();
  filter();
  mark(state.candidates.keys());
}

/**
 * Show the head of a group. Of all rows, Tab reaches the buttons of the one in which a picture has the focus.
 * @param {string} id
 * @param {Group} group
 */
function head(id, group) {
  const isDrawn = Boolean(state.round?.complete) && state.round?.pool.some((anchor) => anchor.id === id);
  showHead(group, {
    score: state.scoreOf.get(id),
    rank: numbers.get(id) ?? null,
    isOpen: isOpen(id),
    canGrow: Boolean(isDrawn) && !closedMore(),
    isStop: id === focusedRow(),
    onNone: () => toggleCopies(imagesOf(id).map((one) => one.id)),
    onMore: () => drawMore(id),
  });
}

/** Put the rows in order now: a person asked for it, or does not look. */
function sortNow() {
  watched = false;
  arrange();
}

function sortAndShow() {
  sortNow();
  grid.scrollTop = 0; // to what comes first now
}

/** Does a person do something in the grid, so that rows must not move below the pointer? */
const isUsed = () => grid.scrollTop > 0 || grid.matches(":hover") || focusedIn(grid) !== null;

/** The rows that are in the page, in its order. */
const placed = () =>
  [...grid.children].filter((node) => node !== empty && node !== waitingNode && node !== flat.node);

/**
 * Does an order differ from that of the page?
 * @param {HTMLElement[]} wanted
 */
const isMoved = (wanted) => placed().some((node, i) => node !== wanted[i]);

/**
 * Put the groups into an order. What has the focus keeps it, and its place on the screen.
 * @param {HTMLElement[]} wanted
 */
function place(wanted) {
  if (!isMoved(wanted)) return;
  const focused = focusedIn(grid);
  const before = focused?.getBoundingClientRect().top ?? 0;
  grid.append(...wanted);
  if (!focused?.isConnected) return;
  if (focused !== document.activeElement) focused.focus({ preventScroll: true });
  grid.scrollTop += focused.getBoundingClientRect().top - before;
}

/**
 * Show the marks of the tiles that are in the page; the others get theirs when they come into it.
 * @param {Iterable<string>} ids
 */
function mark(ids) {
  for (const id of ids) {
    const tile = tiles.get(id);
    if (tile && view.has(tile)) dress(id);
  }
}

/** @param {string} id */
function dress(id) {
  const [tile, candidate] = [tiles.get(id), state.candidates.get(id)];
  if (!tile || !candidate) return;
  markTile(tile, candidate);
  tile.toggleAttribute("data-selected", state.selection.has(id));
}

function filter() {
  grid.dataset.filter = state.filter;
  grid.dataset.kind = state.project?.kind ?? "style";
  for (const group of groups.values()) {
    let open = 0;
    for (const { id, node } of group.tiles) {
      const hide = !passes(id);
      if (node.hidden !== hide) node.hidden = hide;
      if (!hide) open += 1;
    }
    group.node.hidden = !open && !(drawing() && state.filter === "all");
  }
  columns();
  for (const [id, tile] of tiles)
    if (view.has(tile)) tile.toggleAttribute("data-selected", state.selection.has(id));
  showCount();
}

/** The visible groups, in page order, with what is to be shown of them. */
const parts = () =>
  visibleGroups().map(({ body, head, tiles: all, waiting }) => {
    const open = all.filter(({ node }) => !node.hidden);
    const cells = [...open, ...(state.filter === "all" ? waiting : [])];
    return { body, head, cells: cells.map(({ node }) => node) };
  });

/** The pictures of each visible group in their places, null where one is open. */
export const placesShown = () => parts().map(({ cells }) => cells.map(({ dataset }) => dataset.id ?? null));

function showCount() {
  const all = counts();
  let open = 0;
  for (const id of tiles.keys()) if (passes(id)) open += 1;
  setAttribute(shown, "aria-live", busy() ? "off" : "polite"); // it changes with every new picture
  setText(shown, all.all ? `${open} / ${all.all} shown` : "");
  shown.toggleAttribute("data-all", open === all.all);
  emptyGrid(empty, all, open);
}

function columns() {
  const width = grid.clientWidth;
  if (!width) return;
  const rows = [...groups.values()].map(({ tiles: all, waiting }) => all.length + waiting.length);
  const most = Math.max(FEWEST, Math.min(state.round?.ladder.length || MOST_COLUMNS, Math.max(...rows)));
  const found = desk.size ? asWanted(width - PADDING) : columnsFor(width, most);
  grid.style.setProperty("--columns", String(found));
  showLarge((width / found) * devicePixelRatio > THUMBNAIL);
  grid.toggleAttribute("data-small", width / found < SMALL);
  grid.toggleAttribute("data-roomy", width / found >= ROOMY);
  view.show(parts(), found);
  const drawn = [...state.candidates.values()].filter(({ own }) => !own);
  strengths.hidden = flat.on() || !drawn.some((one) => strengthWords(one) !== strengthWords(drawn[0]));
}

/** As many columns as the chosen size of the tiles gives. @param {number} width */
const asWanted = (width) =>
  Math.max(1, Math.min(MOST_COLUMNS, Math.floor((width + GAP) / (desk.size + GAP))));

/** @param {boolean} large whether thumbnails are too small */
function showLarge(large) {
  if (large === grid.hasAttribute("data-large")) return;
  grid.toggleAttribute("data-large", large);
  for (const [id, tile] of tiles) showPicture(tile, id, large);
}

function revealHovered() {
  const tile = tiles.get(state.hover ?? "");
  if (state.hoveredIn === "anchors" && tile) view.reveal(tile);
}

const keepTabStop = () => setTabStop(grid, tiles.get(state.focus ?? ""));

/** @param {string} origin */
function follow(origin) {
  const row = focusedRow();
  for (const id of new Set([row, stop])) {
    const group = groups.get(id ?? "");
    if (group) head(id ?? "", group);
  }
  stop = row;
  const tile = tiles.get(state.focus ?? "");
  if (tile && origin !== "grid") view.reveal(tile);
  keepTabStop();
  const byItself = origin === "grid" || origin === "lightbox" || origin === "tour";
  const takesFocus = origin === "undo" ? above(document.activeElement, ".tile-face") : !byItself;
  if (tile && takesFocus) faceOf(tile).focus({ preventScroll: true });
  if (held !== null && held !== focusedRow()) {
    held = null;
    arrange();
  }
}

/**
 * Give a verdict to the selected candidates, or to the focused one; `alone`: to the focused one in any case.
 * @param {Verdict} verdict
 */
export function decideFocused(verdict, { alone = false } = {}) {
  const ids = state.selection.size && !alone ? [...state.selection] : state.focus ? [state.focus] : [];
  if (ids.length === 1) return toggle(ids[0], verdict);
  return decide(ids, verdict);
}
