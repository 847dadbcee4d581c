/** The dialog to paint the subject mask of a reference; without a painted mask the server segments it. */
/** @import { Brush, Tool } from "./brush.js" */
/** @import { Reference, Runs, StoredMask } from "payloads" */
import { on, state } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { askStored, draftKept, draftOf, keepDraft } from "../app/drafts.js";
import { el, makeButton, reference, setAttribute, setText, whenClosed } from "../kit/dom.js";
import { makeBrush, pictureThere } from "./brush.js";
import { brushBar } from "./toolbar.js";
import { Mask } from "./mask.js";
import { stage } from "../heatmap/heatmap.js";

/** @type {Tool[]} */
const TOOLS = [
  { name: "subject", title: "Subject", key: "g", label: 255, look: "keep" },
  { name: "erase", title: "Erase", key: "e", label: 0, look: null },
];
const STARTS = {
  draft: "The bright part is what you painted last; it is not saved yet.",
  painted: "The bright part is what you painted.",
  found: "The bright part is what the studio found: correct it where it is wrong.",
  none: "No mask yet: paint one, or the studio will find the subject when it is needed.",
};
/** @type {[name: "undo" | "redo", words: string][]} */
const STEPS = [
  ["undo", "Undo (previous mask)"],
  ["redo", "Redo"],
];
/**
 * State of the open dialog; `kept` is the last saved mask, as JSON; `reference` names a stored one.
 * @typedef {{ brush: Brush | null, draft: string, kept: string | null, reference: string | null }} Open
 * @typedef {{ name: "undo" | "redo", node: HTMLButtonElement }} Step
 * @typedef {() => Promise<void>} Act
 */

/** @type {HTMLDialogElement} created on first use */
let dialog;
/** @type {Open | null} */
let open = null;

export const maskOpen = () => Boolean(dialog?.open);

/** The dialog for a stored reference as a place. @type {import("../app/places.js").Kind} */
export const maskPlace = {
  now: () => (maskOpen() ? (open?.reference ?? null) : null),
  open: (id) => {
    const found = state.project?.references.find((one) => one.id === id);
    if (found && maskPlace.now() !== id) paintReference(found);
    return Boolean(found);
  },
  close: () => close(),
};

/**
 * Open the dialog for a stored reference; `kept()` is called after its mask has changed.
 * @param {Pick<Reference, "id" | "prompt">} picture
 * @param {() => void} [kept]
 */
export async function paintReference({ id, prompt }, kept = () => {}) {
  /** @param {Runs | null} mask */
  const send = async (mask) => {
    const answer = await write("set_mask", { reference: id, mask });
    if (answer) refresh().then(kept);
    return Boolean(answer);
  };
  /** @param {"undo_mask" | "redo_mask"} name */
  const step = async (name) => {
    const mine = open;
    if (!(await write(name, { reference: id }))) return;
    refresh().then(kept);
    if (maskOpen() && open === mine) paintReference({ id, prompt }, kept);
  };
  const log = { undo: () => step("undo_mask"), redo: () => step("redo_mask") };
  await paintMask({
    source: reference(id),
    title: prompt,
    id,
    load: () => call("rounds", "reference_mask", { reference: id }),
    send,
    log,
  });
}

/**
 * Open the dialog for any picture. `load()` fetches the stored mask, and whether it was painted by the user.
 * `send(runs)` saves a mask, or with `null` restores automatic segmentation, and resolves with whether it was
 * saved; if not, the mask stays as a draft. `log` undoes and redoes saved masks.
 * @param {object} request
 * @param {string} request.source URL of the picture
 * @param {string} request.title
 * @param {string | null} [request.id] of a stored reference
 * @param {() => Promise<StoredMask | null>} request.load
 * @param {(runs: Runs | null) => Promise<boolean>} request.send
 * @param {Record<"undo" | "redo", Act> | null} [request.log]
 */
export async function paintMask({ source, title, id = null, load, send, log = null }) {
  if (!dialog) build();
  close();
  /** @type {Open} */
  const mine = { brush: null, draft: `subject ${source}`, kept: null, reference: id };
  open = mine;
  const place = stage(el("img", { src: source, alt: title, draggable: false }));
  const begun = el("p", { class: "field-note", role: "status" });
  const words = el(
    "p",
    { class: "lightbox-why" },
    "Paint the subject and leave out the background, which counts little when a refinement learns " +
      "from this image.",
  );
  /** @param {boolean} byHand save the painted mask, or let the server segment the subject */
  const give = async (byHand) => {
    if (!mine.brush) return;
    const painted = mine.brush.runs();
    keepDraft(mine.draft, painted);
    if (!(await send(byHand ? painted : null))) return;
    draftKept(mine.draft, painted);
    mine.kept = JSON.stringify(painted);
    if (open === mine) close();
  };
  /**
   * @param {string} action
   * @param {string} label
   * @param {() => void} act
   */
  const button = (action, label, act) => makeButton({ class: "button", data: { action } }, act, label);
  /** @param {Act} act */
  const busy = async (act) => {
    // one change at a time: re-enable the buttons after the response
    const closed = [keep, auto, ...steps.map(({ node }) => node)].filter((one) => !one.disabled);
    for (const one of closed) one.disabled = true;
    await act();
    for (const one of closed) one.disabled = false;
  };
  const keep = button("keep-mask", "Save this mask", () => busy(() => give(true)));
  const auto = button("auto-mask", "Let the studio find it", () => busy(() => give(false)));
  const steps = log
    ? STEPS.map(([name, label]) => ({ name, node: button(`${name}-mask`, label, () => busy(log[name])) }))
    : [];
  const bar = el("div");
  dialog.replaceChildren(
    el("figure", {}, place, bar),
    el(
      "div",
      { class: "lightbox-facts" },
      el("h2", {}, title),
      words,
      begun,
      el(
        "div",
        { class: "lightbox-buttons" },
        keep,
        auto,
        ...steps.map(({ node }) => node),
        button("close", "Close", close),
      ),
    ),
  );
  keep.disabled = auto.disabled = true;
  for (const { node } of steps) node.disabled = true;
  dialog.showModal();
  const answer = await askStored(mine.draft, load);
  await pictureThere(place);
  if (open !== mine || !answer) return;
  setText(
    begun,
    STARTS[draftOf(mine.draft) ? "draft" : answer.painted ? "painted" : answer.mask ? "found" : "none"],
  );
  auto.disabled = !answer.painted;
  mountBrush(mine, place, bar, answer, keep, steps);
}

/**
 * Add the brush and its toolbar. The server rejects a mask that is empty or covers everything.
 * @param {Open} mine
 * @param {HTMLElement} place
 * @param {HTMLElement} bar
 * @param {StoredMask} answer
 * @param {HTMLButtonElement} keep
 * @param {Step[]} steps
 */
function mountBrush(mine, place, bar, answer, keep, steps) {
  /** @type {ReturnType<typeof brushBar> | null} */
  let made = null;
  const update = () => {
    made?.update();
    keep.disabled = !mine.brush?.changed && !draftOf(mine.draft);
    setAttribute(keep, "data-next", keep.disabled ? null : "");
    // the brush has its own undo for unsaved strokes
    for (const { name, node } of steps) node.disabled = !answer[`can_${name}`] || !keep.disabled;
  };
  const runs = draftOf(mine.draft) ?? (answer.mask && Mask.fromRuns(answer.mask).binary().toRuns());
  mine.brush = makeBrush(place, {
    tools: TOOLS,
    runs,
    name: "The subject of this image",
    onChange: update,
  });
  made = brushBar(mine.brush);
  bar.replaceChildren(made.node);
  update();
}

function build() {
  dialog = document.body.appendChild(
    el("dialog", { class: "studio lightbox mask-view", "aria-label": "The subject of a reference" }),
  );
  whenClosed(dialog, drop);
  on("forget", close);
}

/** Remove the brush; unsaved strokes become a draft. */
function drop() {
  const brush = open?.brush;
  if (open && brush?.changed && JSON.stringify(brush.runs()) !== open.kept)
    keepDraft(open.draft, brush.runs());
  brush?.remove();
  open = null;
}

function close() {
  drop();
  if (dialog.open) dialog.close();
}
