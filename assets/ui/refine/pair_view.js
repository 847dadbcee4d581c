/** The enlarged view of a pair: heatmaps of both pictures, and a brush to override the estimate. */
/** @import { Brush, Tool } from "../brush/brush.js" */
/** @import { Pair, Runs } from "payloads" */
import { state, on } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { askStored, draftKept, draftOf, keepDraft } from "../app/drafts.js";
import { toast } from "../kit/toast.js";
import { el, find, focusedIn, focusKept, setText, whenClosed } from "../kit/dom.js";
import { head, mean, plate, subjectPanel, referenceLabel } from "./pair_parts.js";
import { pairPicture } from "../app/urls.js";
import { stage } from "../heatmap/heatmap.js";
import { HeatPanel } from "../heatmap/panel.js";
import { makeBrush, pictureThere } from "../brush/brush.js";
import { brushBar } from "../brush/toolbar.js";
import { layOutline } from "../brush/outline.js";
import { paintReference } from "../brush/mask_dialog.js";

/** @type {Tool[]} */
const TOOLS = [
  { name: "good", title: "Good", key: "g", label: 255, look: "good" },
  { name: "bad", title: "Bad", key: "b", label: 0, look: "bad" },
  { name: "erase", title: "Erase", key: "e", label: 128, look: null },
];
const UNTOUCHED = 128;
const SAVE_DELAY = 400; // ms of debounce after the last stroke
/** @type {Record<import("../heatmap/patch_maps.js").PairMap, { on: boolean, subject?: string }>} */
const views = { quality: { on: true }, reproduction: { on: false } };
/**
 * @typedef {{
 *   id: string, maps: string | null, quality: HeatPanel, reproduction: HeatPanel, brush: Brush | null,
 *   outline: { remove: () => void } | null, keep: () => void,
 * }} Open
 */

/** @type {HTMLDialogElement} created on first use */
let dialog;
/** @type {Open | null} the pair that is shown, with its layers */
let open = null;

/** @param {string} id */
const draftName = (id) => `pair ${id}`;

export const pairOpen = () => Boolean(dialog?.open);
/** What Back and Forward do with an enlarged pair. */
export const pairPlace = {
  now: () => (pairOpen() ? (open?.id ?? "") : null),
  /** @param {string} id */
  open: (id) => {
    if (!state.refinement?.pairs.some((pair) => pair.id === id)) return false;
    if (open?.id !== id) openPair(id);
    return true;
  },
  close: () => closePair(),
};
export const togglePairHeat = () => open?.quality.toggle();

/** Clean up now, not on the asynchronous close event; focus the card of the pair. */
export function closePair() {
  const id = open?.id;
  drop();
  dialog?.close();
  /** @type {HTMLElement | null} */
  const card = document.querySelector(`[data-pair="${id}"]`);
  card?.focus();
}

/** @param {string} id */
export function openPair(id) {
  if (!dialog) build();
  if (!dialog.open) dialog.showModal();
  fill(id);
}

/** The pairs that can be opened. */
const judged = () => state.refinement?.pairs.filter((pair) => pair.maps_version) ?? [];

/**
 * Go to the next or previous pair.
 * @param {number} by
 */
export function turnPair(by) {
  const pairs = judged();
  const at = pairs.findIndex((pair) => pair.id === open?.id);
  const next = pairs[at + by];
  if (next) fill(next.id);
}

function build() {
  dialog = document.body.appendChild(
    el("dialog", { class: "studio pair-view", "aria-label": "A pair, enlarged" }),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && closePair());
  whenClosed(dialog, () => open && closePair()); // closed by the browser, for example with Esc
  on("forget", closePair);
  on("leaving", finish);
  on("refinement", () => {
    // new maps were computed while the dialog is open
    const shown = open;
    const maps = shown && state.refinement?.pairs.find((pair) => pair.id === shown.id)?.maps_version;
    if (maps && maps !== shown.maps) fill(shown.id);
  });
}

/** End the current stroke and save. */
function finish() {
  if (open?.brush?.stroke) open.brush.endStroke();
  open?.keep();
}

function drop() {
  finish();
  open?.brush?.remove();
  open?.quality.remove();
  open?.reproduction.remove();
  open?.outline?.remove();
  open = null;
}

/** @param {string} id */
async function fill(id) {
  const keep = focusedIn(dialog)?.dataset.keep;
  drop();
  const pair = state.refinement?.pairs.find((other) => other.id === id);
  if (!pair) return closePair();
  const turned = pair.maps_version ? judged() : [pair];
  const y = stage(
    el("img", { src: pairPicture(pair, "reference"), alt: `Reference: ${pair.prompt}`, draggable: false }),
  );
  const x = stage(
    el("img", { src: pairPicture(pair, "generated"), alt: `Generated: ${pair.prompt}`, draggable: false }),
  );
  const reproduction = new HeatPanel(y, {
    owner: id,
    kind: "reproduction",
    version: pair.maps_version ?? "",
    name: "How much of the reference survives in the generated image",
    label: "How much of the reference survives",
    key: null,
    view: views.reproduction,
  });
  const quality = new HeatPanel(x, {
    owner: id,
    kind: "quality",
    version: pair.maps_version ?? "",
    name: "Likeness of the generated image to the reference",
    label: "Likeness",
    view: views.quality,
  });
  const bars = el("div", { class: "pair-brush" });
  /** @type {Open} */
  const mine = {
    id,
    maps: pair.maps_version,
    quality,
    reproduction,
    brush: null,
    outline: null,
    keep: () => {},
  };
  open = mine;
  dialog.replaceChildren(
    head(pair, turned.indexOf(pair), turned.length, { turn: turnPair, close: closePair }),
    el(
      "div",
      { class: "pair-plates" },
      plate(
        y,
        referenceLabel(),
        `${mean(pair.mean_reproduction)} of it survives on average`,
        "How much of it survives in the generated image: the mean over the subject, 0 to 1",
        reproduction.node,
      ),
      plate(
        x,
        "Generated",
        `likeness ${mean(pair.mean_quality)} on average`,
        "Likeness to the reference: the mean over the subject, 0 to 1",
        quality.node,
      ),
    ),
    bars,
  );
  focusKept(dialog, keep, "[data-action=close]");
  const answer = await askStored(draftName(id), () => call("rounds", "pair", { pair: id }));
  if (open !== mine || !answer) return undefined;
  if (answer.reference)
    y.parentNode?.append(subjectButton(pair, answer.reference, Boolean(answer.foreground)));
  if (answer.foreground) {
    const outline = layOutline(y, "Where the reference shows its subject");
    outline.draw(answer.foreground);
    mine.outline = outline;
  }
  await pictureThere(x);
  return open === mine && mountBrush(mine, x, bars, answer.painting);
}

/**
 * The panel to correct the segmented subject; afterwards the maps of the pairs are computed again.
 * @param {Pair} pair
 * @param {string} id
 * @param {boolean} found
 */
function subjectButton(pair, id, found) {
  const act = () => {
    closePair();
    const round = state.roundId;
    paintReference({ id, prompt: pair.prompt }, async () => {
      if (round !== state.roundId || !["pairs", "review"].includes(state.refinement?.step ?? "")) return;
      if (await write("make_pairs", { round })) toast("The pairs are being judged again with this mask.");
      refresh();
    });
  };
  return subjectPanel(found, act);
}

/**
 * Add the brush to the generated picture. Strokes are saved with a debounce.
 * @param {Open} mine
 * @param {HTMLElement} place
 * @param {HTMLElement} bars
 * @param {Runs | null} runs
 */
function mountBrush(mine, place, bars, runs) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof brushBar> | null} */
  let bar = null;
  /** @type {string | null} */
  let sent = JSON.stringify(runs);
  const draft = draftName(mine.id);
  const words = find(dialog, ".pair-kept", HTMLElement);
  mine.keep = async () => {
    clearTimeout(timer);
    if (!mine.brush || mine.brush.stroke) return; // endStroke() triggers onChange, which saves
    const painted = mine.brush.runs();
    const next = mine.brush.painted ? painted : null;
    if (JSON.stringify(next) === sent) return;
    sent = JSON.stringify(next);
    keepDraft(draft, painted);
    setText(words, "Saving…");
    const answer = await write("paint", { pair: mine.id, mask: next });
    if (answer) draftKept(draft, painted);
    if (sent !== JSON.stringify(next)) return; // a newer change was sent meanwhile
    if (!answer) sent = null; // the next save retries
    setText(words, answer ? "Saved" : "Not saved");
  };
  mine.brush = makeBrush(place, {
    tools: TOOLS,
    blank: UNTOUCHED,
    runs: draftOf(draft) ?? runs,
    name: "Which areas are good or bad",
    onChange: () => {
      bar?.update();
      clearTimeout(timer);
      timer = setTimeout(mine.keep, SAVE_DELAY);
    },
  });
  bar = brushBar(mine.brush);
  bars.replaceChildren(
    bar.node,
    el(
      "p",
      { class: "pair-words" },
      "Learns the good areas, ignores the bad. What you paint overrides the estimate.",
    ),
  );
}
