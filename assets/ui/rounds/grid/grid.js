/** The grid of candidates, grouped by anchor in the order of priority. Only what is new is drawn. */
import { state, on, passes, counts, drawing, setHover, setFocus, setSelection } from "../../app/store.js";
import { el, setText } from "../../kit/dom.js";
import { makeTile, makeTools, markTile } from "./tile.js";
import { makeGroup, scoreGroup, insertTile, fillWaiting } from "./group.js";
import { decide, toggle } from "./verdicts.js";
import { enlarge } from "../lightbox/lightbox.js";
import { columnsFor, inOrder } from "./order.js";
import { emptyGrid } from "./empty_grid.js";

const tiles = new Map();
const groups = new Map();
let grid,
  shown,
  empty,
  lit = [];

export const tileOf = (id) => tiles.get(id);
export const visibleGroups = () =>
  [...grid.children].map((n) => groups.get(n.dataset.anchor)).filter((g) => g && !g.node.hidden);

export function mountGrid(parts) {
  ({ grid, shown } = parts);
  empty = grid.appendChild(el("div", { class: "empty-grid", hidden: true }));
  const tools = makeTools({
    accept: (id) => toggle(id, "accepted"),
    reject: (id) => toggle(id, "rejected"),
    enlarge,
  });
  listen(tools);
  on("forget cleared", clear);
  on("round job scores", arrange);
  on("candidates", add);
  on("verdicts", (ids) => {
    mark(ids);
    if (state.filter === "accepted") filter();
    else counted();
  });
  on("filter selection", filter);
  on("hover", light);
  on("focus", follow);
  new ResizeObserver(columns).observe(grid);
}

function clear() {
  for (const group of groups.values()) group.node.remove();
  tiles.clear();
  groups.clear();
  lit = [];
  counted();
}

function groupOf(anchor) {
  if (!groups.has(anchor.id)) {
    groups.set(anchor.id, makeGroup(anchor));
    grid.append(groups.get(anchor.id).node);
  }
  return groups.get(anchor.id);
}

function add(items) {
  for (const item of items) {
    const group =
      groups.get(item.anchor_id) ??
      groupOf({ id: item.anchor_id, prompt: item.prompt, head: item.prompt, tail: "" });
    const tile = makeTile(item);
    tile.hidden = !passes(item.id);
    tiles.set(item.id, tile);
    insertTile(group, tile, item.index);
  }
  arrange();
}

/** Ranks, scores, waiting places and order; while pictures are drawn the groups keep their places. */
function arrange() {
  if (state.round) for (const anchor of state.round.pool) groupOf(anchor);
  for (const [id, group] of groups) {
    scoreGroup(group, state.scoreOf.get(id));
    fillWaiting(group, drawing() ? (state.round?.expected ?? 0) : 0);
  }
  const pool = (state.round?.pool ?? []).map((anchor) => anchor.id);
  const rankOf = (id) => (drawing() ? null : state.scoreOf.get(id)?.rank);
  const wanted = inOrder(groups.keys(), pool, rankOf).map((id) => groups.get(id).node);
  const now = [...grid.children].filter((node) => node !== empty);
  if (wanted.some((node, i) => node !== now[i])) grid.append(...wanted);
  mark(state.candidates.keys());
  columns();
  filter();
}

function mark(ids) {
  for (const id of ids) if (tiles.has(id)) markTile(tiles.get(id), state.candidates.get(id));
}

function filter() {
  grid.dataset.filter = state.filter;
  for (const group of groups.values()) {
    let open = 0;
    for (const { node } of group.tiles) {
      const hide = !passes(node.dataset.id);
      if (node.hidden !== hide) node.hidden = hide;
      open += !hide;
    }
    group.node.hidden = !open && !(drawing() && state.filter === "all");
  }
  for (const [id, tile] of tiles) tile.toggleAttribute("data-selected", state.selection.has(id));
  counted();
}

function counted() {
  const all = counts();
  setText(shown, all.all ? `${all[state.filter]} / ${all.all} shown` : "");
  emptyGrid(empty, all);
}

function columns() {
  const width = grid.clientWidth;
  if (!width) return;
  const most = Math.max(state.round?.expected ?? 0, ...[...groups.values()].map((g) => g.tiles.length), 8);
  grid.style.setProperty("--columns", String(columnsFor(width, most)));
}

function light(origin) {
  for (const tile of lit) tile.removeAttribute("data-hot");
  lit = [tiles.get(state.hover)].filter(Boolean);
  for (const tile of lit) tile.dataset.hot = "";
  if (origin === "anchors" && lit[0]) lit[0].scrollIntoView({ block: "nearest" });
}

/** Only the tile in focus is a stop of the Tab key. */
function follow(origin) {
  grid.querySelector(".tile-face[tabindex='0']")?.setAttribute("tabindex", "-1");
  const tile = tiles.get(state.focus);
  if (!tile) return;
  tile.firstChild.tabIndex = 0;
  if (origin === "grid") return;
  tile.scrollIntoView({ block: "nearest" });
  if (origin !== "lightbox") tile.firstChild.focus({ preventScroll: true });
}

function listen(tools) {
  const idOf = (event) => event.target.closest?.(".tile")?.dataset.id ?? null;
  grid.addEventListener("pointerover", (event) => {
    const id = idOf(event);
    if (id) tiles.get(id)?.append(tools);
    setHover(id, "grid");
  });
  grid.addEventListener("pointerleave", () => {
    tools.remove();
    setHover(null, "grid");
  });
  grid.addEventListener("focusin", (event) => {
    const id = idOf(event);
    if (id && id !== state.focus) setFocus(id, "grid");
  });
  grid.addEventListener("dblclick", (event) => {
    const id = idOf(event);
    if (id && !event.target.closest(".tools")) enlarge(id);
  });
  grid.addEventListener("click", (event) => {
    const id = idOf(event);
    if (!id) return;
    if (event.shiftKey) setSelection([...state.selection, id]);
    else if (event.ctrlKey || event.metaKey)
      setSelection([...state.selection].filter((other) => other !== id));
    else toggle(id, "accepted");
  });
}

/** One verdict for all that is selected, or for the tile in focus. */
export function decideFocused(verdict) {
  const ids = state.selection.size ? [...state.selection] : state.focus ? [state.focus] : [];
  if (ids.length === 1) return toggle(ids[0], verdict);
  return decide(ids, verdict);
}
