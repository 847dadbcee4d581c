/** The candidates of one test prompt, below a header with its scores. */
/** @import { Anchor, Score } from "payloads" */
import { el, setText, setAttribute } from "../../kit/dom.js";
import { isJudged, state } from "../../app/store.js";
import { briefly } from "../plain_words.js";
import { showTurn } from "../turn/turn.js";
import { uncertainty, uncertaintyTitle } from "../../kit/format.js";

/**
 * A tile with the id and index of its candidate.
 * @typedef {{ index: number, id: string, node: HTMLElement }} PlacedTile
 * @typedef {{ index: number, node: HTMLElement, id?: string }} Cell
 * @typedef {{ node: HTMLElement, head: HTMLElement, body: HTMLElement, anchor: Anchor,
 *   tiles: PlacedTile[], waiting: Cell[], gaps: HTMLElement[], parts: Record<Part, HTMLElement> }} Group
 * @typedef {"badge" | "turn" | "plain" | "copies" | "entropy" | "none" | "note" | "more"} Part
 */

/**
 * @param {Anchor} anchor
 * @param {() => void} onNone a person says that no image of a row is a copy
 * @param {() => void} onMore a person wants further pictures
 * @returns {Group}
 */
export function makeGroup(anchor, onNone, onMore) {
  const badge = el("span", { class: "rank" });
  const turn = el("span", { class: "turn-small", hidden: true });
  const plain = el("span", { class: "plain" });
  const copies = el("span", { class: "copies" });
  const entropy = el("span", { class: "entropy" });
  const none = el(
    "button",
    {
      class: "button small none",
      type: "button",
      hidden: true,
      title: "Mark all images of this row as not copies",
    },
    "Not copies",
  );
  none.addEventListener("click", onNone);
  const note = el("span", { class: "note" });
  const more = el(
    "button",
    {
      class: "link more",
      type: "button",
      tabIndex: -1,
      hidden: true,
      title: "Generate three more images of this test prompt",
    },
    "Generate more",
  );
  more.addEventListener("click", onMore);
  const head = el(
    "h3",
    { class: "group-head" },
    badge,
    el("span", { class: "prompt", dir: "auto", translate: "no", title: anchor.prompt }, ...nameOf(anchor)),
    el("span", { class: "facts" }, more, plain, turn, copies, entropy, note, none),
  );
  const body = el("div", { class: "tiles", role: "group", "aria-label": anchor.prompt });
  const node = el("section", { class: "group", data: { anchor: anchor.id } }, head, body);
  return {
    node,
    head,
    body,
    tiles: [],
    waiting: [],
    gaps: [],
    anchor,
    parts: { badge, turn, plain, copies, entropy, none, note, more },
  };
}

/** @param {Anchor} anchor */
const nameOf = ({ head, tail }) => [el("b", {}, head), tail ? ` ${tail}` : ""];

/**
 * Name a group that was made before it was known which words all test prompts share.
 * @param {Group} group
 * @param {Anchor} anchor
 */
export function nameGroup(group, anchor) {
  if (group.anchor.head === anchor.head) return;
  group.anchor = anchor;
  group.head.querySelector(".prompt")?.replaceChildren(...nameOf(anchor));
}

/**
 * Show rank, copy rate and entropy once the test prompt is scored. Where all pictures count as copies and
 * nobody looked, it says so and offers to correct it.
 * @param {Group} group
 * @param {Score | undefined} score
 * @param {boolean} open whether a person has not said of all of them that they are
 */
export function scoreGroup(group, score, open) {
  const { badge, turn, plain, copies, entropy, none, note } = group.parts;
  const asks = Boolean(score && open && isJudged() && score.n > 0 && score.copies === score.n);
  group.node.dataset.chosen = score?.chosen ? "yes" : "no";
  const judged = isJudged();
  const rank = judged ? score?.rank : null;
  setText(badge, rank ? String(rank) : "·");
  setAttribute(badge, "title", rank ? `Priority ${rank}` : "Not ranked yet");
  showTurn(turn, score?.turn);
  const told = score && judged;
  setText(copies, told ? (asks ? asked(score.n) : `${score.copies} of ${score.n} are copies`) : "");
  setText(plain, score && !asks ? (judged ? briefly(score, state.project) : score.reason) : "");
  setAttribute(plain, "title", score?.reason ?? null);
  none.hidden = !asks;
  setText(entropy, told ? `uncertainty: ${uncertainty(score.entropy)}` : "");
  setAttribute(entropy, "title", told ? uncertaintyTitle(score.entropy) : null);
  setText(note, score?.chosen ? "suggested" : "");
  setAttribute(note, "title", score?.reason ?? null);
}

/** @param {number} n pictures, all of which count as copies */
export const asked = (n) => (n === 1 ? "The only image looks like a copy." : `All ${n} look like copies.`);

/**
 * Insert a tile in order of index, in place of a placeholder.
 * @param {Group} group
 * @param {HTMLElement} tile
 * @param {{ id: string, index: number }} candidate
 */
export function insertTile(group, tile, { id, index }) {
  let at = group.tiles.length;
  while (at > 0 && group.tiles[at - 1].index > index) at -= 1;
  if (group.tiles[at - 1]?.index === index) {
    group.tiles[at - 1] = { index, id, node: tile };
    return;
  }
  group.tiles.splice(at, 0, { index, id, node: tile });
}

/**
 * Add or remove placeholders to match the pictures that come next.
 * @param {Group} group
 * @param {readonly number[]} coming their indices
 */
export function fillWaiting(group, coming) {
  const there = new Set(group.tiles.map(({ index }) => index));
  const before = group.waiting.map(({ node }) => node);
  group.waiting = coming
    .filter((index) => !there.has(index))
    .map((index, i) => ({
      index,
      node: before[i] ?? el("span", { class: "waiting", "aria-hidden": "true" }),
    }));
}

/**
 * The cells of a group in rows, each below the others of its column; `gaps` are kept for the next time.
 * @param {Cell[]} cells
 * @param {HTMLElement[]} gaps
 * @param {number} columns
 * @param {(cell: Cell) => number} columnOf -1 for what comes last, in rows of its own
 */
export function inColumns(cells, gaps, columns, columnOf) {
  /** @type {HTMLElement[]} */
  const places = [];
  /** @type {number[]} */
  const heights = new Array(columns).fill(0);
  const sorted = [...cells].sort((one, other) => one.index - other.index);
  for (const cell of sorted) {
    const column = columnOf(cell);
    if (column < 0) continue;
    places[heights[column] * columns + column] = cell.node;
    heights[column] += 1;
  }
  const last = sorted.filter((cell) => columnOf(cell) < 0);
  if (last.length && places.length) places.length = Math.max(...heights) * columns;
  let used = 0;
  for (let i = 0; i < places.length; i += 1) {
    if (places[i]) continue;
    gaps[used] ??= el("span", { class: "gap", "aria-hidden": "true" });
    places[i] = gaps[used];
    used += 1;
  }
  return [...places, ...last.map(({ node }) => node)];
}
