/** The grid of candidates, grouped by test prompt in order of priority; only what is seen is in the page. */
/** @import { Part } from "./parts.js" */
/** @import { RoundsParts } from "../../app/types/parts.d.ts" */
/** @import { Candidate, Verdict } from "payloads" */
import { busy, ofRound, passes, state, whenever } from "../../app/store.js";
import { above, el, focusedIn, setAttribute, setText } from "../../kit/dom.js";
import { Button, html, set } from "../../kit/html.js";
import { render, useLayoutEffect, useRef } from "../../vendor/preact.min.js";
import { computed, effect, signal } from "../../vendor/signals.min.js";
import { desk } from "../desk/desk.js";
import { Learning } from "../waiting/waiting.js";
import { Empty } from "./empty_grid.js";
import { Head } from "./group.js";
import { MarkNote } from "./mark_note.js";
import { columnsFor, sideBySide } from "./order.js";
import { arrange, holdRow, isFlat, isUnsorted, lookAround } from "./parts.js";
import { openPictures, releaseRow, shownParts, sortNow } from "./parts.js";
import { listenPointer } from "./pointer.js";
import { inSight, sight, tileOf } from "./ring.js";
import { roundWords } from "./round_words.js";
import { sliceOf } from "./rows.js";
import { Tile } from "./tile.js";
import { decide, toggle } from "./verdicts.js";
import { BELOW, GAP, laid, measure, ranges, watchScroll } from "./window.js";

const MOST_COLUMNS = 24; // of the smallest tiles
const PADDING = 32; // pixels, left and right of the tiles
const THUMBNAIL = 192; // pixels of a thumbnail's edge
const SMALL = 82; // pixels of a tile with its gap, below which its mark is smaller
const ROOMY = 100; // from which its mark tells what a copy repeats

/** Pixels. */
const width = signal(0);
/** A picture that is to be shown when it is in the page, and to get the focus `from` what has it. */
const wanted = ofRound(() => ({ id: "", from: /** @type {Element | null} */ (null) }));

const columns = computed(() => {
  if (desk.size)
    return Math.max(1, Math.min(MOST_COLUMNS, Math.floor((width.value - PADDING + GAP) / (desk.size + GAP))));
  const rows = shownParts.value.map(({ cells }) => cells.length);
  const ladder = state.round?.ladder.length || MOST_COLUMNS;
  return columnsFor(width.value, Math.min(ladder, sideBySide(rows)));
});
/** Pixels of a tile with its gap. */
const edge = () => width.value / columns.value;

/** @param {RoundsParts} parts */
export function mountGrid({ grid, shown, "round-words": words }) {
  const notes = el("div", { class: "grid-notes" });
  grid.before(notes);
  render(html`<${Notes} grid=${grid} />`, notes);
  effect(() => setText(words, roundWords()));
  const scrollTo = watchScroll(grid);
  const reveal = (/** @type {string} */ id, focus = false) => {
    if (!tileOf(id)) scrollTo(id);
    if (openPictures().flat().includes(id))
      wanted.value = { id, from: focus ? document.activeElement : null };
  };
  listenPointer(grid);
  let before = state.candidates;
  whenever(
    () => [state.candidates, state.round, state.job, state.scores, state.project],
    () => {
      const isMarked = [...state.candidates].some(([id, one]) => (before.get(id) ?? one) !== one);
      before = state.candidates;
      if (isMarked) holdRow();
      arrange(grid);
    },
  );
  whenever(
    () => state.step !== "rounds",
    (isAway) => isAway && sortNow(grid),
  );
  effect(() => showCount(shown));
  effect(() => {
    Object.assign(grid.dataset, { filter: state.filter, kind: state.project?.kind ?? "style" });
    grid.toggleAttribute("data-flat", isFlat.value);
    grid.toggleAttribute("data-small", edge() < SMALL);
    grid.toggleAttribute("data-roomy", edge() >= ROOMY);
    grid.style.setProperty("--columns", String(columns.value));
  });
  whenever(
    () => state.hover,
    (id) => id && state.hoveredIn === "anchors" && reveal(id),
  );
  whenever(
    () => state.focusing,
    ({ by }) => {
      const isOwn = ["grid", "lightbox", "tour"].includes(by);
      const takesFocus = by === "undo" ? above(document.activeElement, ".tile-face") : !isOwn;
      if (state.focus && by !== "grid") reveal(state.focus, Boolean(takesFocus));
      releaseRow(grid);
    },
  );
  whenever(() => [shownParts.value, state.focus], lookAround);
  grid.addEventListener("scroll", () => state.hover || state.focus || look(), { passive: true });
  new ResizeObserver(() => {
    if (grid.clientWidth) width.value = grid.clientWidth;
  }).observe(grid);
  render(html`<${Grid} grid=${grid} />`, grid);
}

const look = () => {
  sight.value = (id) => inSight(id);
};

function hasStrengths() {
  const drawn = [...state.candidates.values()].filter(({ own }) => !own);
  return drawn.some((one) => one.recipe !== drawn[0].recipe);
}

/** @param {{ grid: HTMLElement }} props */
function Notes({ grid }) {
  const sort = () => {
    sortNow(grid);
    grid.scrollTop = 0; // to what comes first now
  };
  return html`<${MarkNote} />
    <p class="sort-note" hidden=${!isUnsorted.value}>
      The rows keep their order. <${Button} data-action="sort" onClick=${sort}>Sort again<//>
    </p>
    <p class="strengths" hidden=${isFlat.value || !hasStrengths()}>
      Rows start with the highest LoRA strength
    </p>`;
}

/** @param {HTMLElement} shown */
function showCount(shown) {
  const open = [...state.candidates.keys()].filter(passes).length;
  const all = state.candidates.size;
  setAttribute(shown, "aria-live", busy() ? "off" : "polite"); // it changes with every new picture
  setText(shown, all ? `${open} / ${all} shown` : "");
  shown.toggleAttribute("data-all", open === all);
}

/** @param {{ grid: HTMLElement }} props */
function Grid({ grid }) {
  const parts = shownParts.value;
  const held = focusedIn(grid);
  const top = held?.getBoundingClientRect().top ?? 0;
  const order = parts.map(({ anchor }) => anchor?.id).join();
  const former = useRef(order);
  useLayoutEffect(() => {
    lay(grid);
    if (held && !held.isConnected) grid.focus({ preventScroll: true });
    else if (held && former.current !== order) {
      // what has the focus keeps it, and its place on the screen
      if (held !== document.activeElement) held.focus({ preventScroll: true });
      grid.scrollTop += held.getBoundingClientRect().top - top;
    }
    former.current = order;
    look();
  });
  const drawn = parts.map(({ cells }, i) => sliceOf(cells, ranges.value[i], measure()));
  const there = drawn.flatMap(({ shown }) => shown.flatMap((id) => (id === null ? [] : [id])));
  const stop = there.find((id) => id === state.focus) ?? there[0];
  useLayoutEffect(() => {
    const { id, from } = wanted.value;
    const tile = tileOf(id);
    if (!tile) return;
    wanted.value = { id: "", from: null };
    tile.scrollIntoView({ block: "nearest" });
    const held = document.activeElement;
    const isFree = held === from || held === document.body || grid.contains(held); // it went nowhere else
    if (from && isFree) tile.querySelector("button")?.focus({ preventScroll: true });
  }, [wanted.value, there.includes(wanted.value.id)]);
  const isLarge = edge() * devicePixelRatio > THUMBNAIL;
  return html`<${Learning} key="learning" />
    ${parts.map(({ anchor }, i) => {
      const { shown, before, after } = drawn[i];
      const body = html`<div
        class="tiles" role="group" aria-label=${anchor?.prompt ?? "All images"}
        style=${{ paddingTop: space(before), paddingBottom: space(after && after + BELOW) }}
      >${shown.map((id, at) =>
        id === null
          ? html`<span key="waiting ${at}" class="waiting" aria-hidden="true" />`
          : html`<${Tile} key=${id} id=${id} isLarge=${isLarge} isStop=${id === stop} />`,
      )}</div>`;
      return anchor
        ? html`<section
            key=${anchor.id} class="group" data-anchor=${anchor.id}
            data-chosen=${state.scoreOf.get(anchor.id)?.chosen ? "yes" : "no"}
          ><h3 class="group-head"><${Head} anchor=${anchor} /></h3>${body}</section>`
        : html`<section key="flat" class="flat-list">${body}</section>`;
    })}
    <${Empty} key="empty" />`;
}

/** Where nothing is left out, the style of the grid has its way. @param {number} pixels */
const space = (pixels) => (pixels ? `${pixels}px` : "");

/** Measure what the page has laid out. @param {HTMLElement} grid */
function lay(grid) {
  const heads = shownParts.value.map(({ anchor }) => {
    const head = anchor && grid.querySelector(`[data-anchor="${CSS.escape(anchor.id)}"] > .group-head`);
    return head instanceof HTMLElement ? head.offsetHeight : 0;
  });
  const tile = grid.querySelector(".tile, .waiting")?.getBoundingClientRect().height;
  const cell = tile ? Math.round(10 * tile) / 10 : Math.max(1, edge() - GAP);
  set(laid, { columns: columns.value, cell, heads });
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
