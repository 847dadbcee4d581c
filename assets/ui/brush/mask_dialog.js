/** The dialog to paint the subject mask of a reference; without a painted mask the server segments it. */
/** @import { Tool } from "./brush.js" */
/** @import { Reference, Runs, StoredMask } from "payloads" */
import { state, whenever } from "../app/store.js";
import { call, refresh } from "../app/session.js";
import { write } from "../app/writes.js";
import { askStored, draftKept, draftOf, keepDraft } from "../app/drafts.js";
import { Dialog } from "../kit/dialog.js";
import { reference } from "../kit/dom.js";
import { Button, html, useAnswer } from "../kit/html.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.min.js";
import { signal } from "../vendor/signals.min.js";
import { Brush, sizeOf } from "./brush.js";
import { BrushLayer } from "./layer.js";
import { PointBar, PointLayer, usePoint } from "./point.js";
import { Mask } from "./mask.js";
import { BrushBar } from "./toolbar.js";

/** @type {Tool[]} */
const TOOLS = [
  { name: "subject", title: "Subject", key: "g", label: 255, look: "keep" },
  { name: "erase", title: "Erase", key: "e", label: 0, look: null },
];
const STARTS = {
  draft: "The bright part is what you painted last; it is not saved yet.",
  painted: "The bright part is what you painted.",
  found: "The bright part is what the studio found. If it is more than the subject, press Point, or erase.",
  none: "No mask is saved yet: paint one, or the studio will find the subject when it is needed.",
};
/** @type {[name: "undo" | "redo", words: string][]} */
const STEPS = [
  ["undo", "Undo (previous mask)"],
  ["redo", "Redo"],
];

const dialog = new Dialog("lightbox mask-view");
/** The stored reference that the dialog shows. */
const shown = signal(/** @type {string | null} */ (null));

export const maskOpen = () => dialog.isOpen;

/** The dialog for a stored reference as a place. @type {import("../app/places.js").Kind} */
export const maskPlace = {
  now: () => (dialog.isOpen ? shown.value : null),
  open: (id) => {
    const found = state.project?.references.find((one) => one.id === id);
    if (found && maskPlace.now() !== id) paintReference(found);
    return Boolean(found);
  },
  close: () => dialog.close(),
};

/**
 * Open the dialog for a stored reference; `kept()` is called after its mask has changed.
 * @param {Pick<Reference, "id" | "prompt">} picture
 * @param {() => void} [kept]
 */
export function paintReference({ id, prompt }, kept = () => {}) {
  /** @param {unknown} answer */
  const told = (answer) => {
    if (answer) refresh().then(kept);
    return Boolean(answer);
  };
  paintMask({
    source: reference(id),
    title: prompt,
    load: () => call("rounds", "reference_mask", { reference: id }),
    send: async (mask) => told(await write("set_mask", { reference: id, mask })),
    step: async (name) => told(await write(`${name}_reference_mask`, { reference: id })),
    of: { reference: id },
  });
  shown.value = id;
}

/**
 * `load()` fetches the stored mask, and whether it was painted by the user. `send(runs)` saves a mask, or
 * with `null` restores automatic segmentation, and resolves with whether it was saved; if not, the mask stays
 * as a draft. `step` undoes and redoes saved masks. `of` says of which image masks at a point are asked.
 * @typedef {{
 *   source: string, title: string, load: () => Promise<StoredMask | null>,
 *   send: (runs: Runs | null) => Promise<boolean>, step?: (name: "undo" | "redo") => Promise<boolean>,
 *   of: { reference: string } | { path: string },
 * }} Request
 */

/** Open the dialog for any image. @param {Request} request */
export function paintMask(request) {
  dialog.close();
  shown.value = null;
  dialog.open("The subject of a reference", html`<${MaskView} ...${request} />`);
}

/** @param {Request} props */
function MaskView({ source, title, load, send, step, of }) {
  const draft = `subject ${source}`;
  const [loads, reload] = useState(0);
  const [isSending, block] = useState(false);
  const sent = useRef(""); // the mask that was saved last, as JSON
  const isThere = useRef(true);
  const stored = useAnswer(async () => {
    const [mask, size] = await Promise.all([askStored(draft, load), sizeOf(source)]);
    if (!mask) return null;
    const kept = draftOf(draft);
    const runs = kept ?? (mask.mask && Mask.fromRuns(mask.mask).binary().toRuns());
    const begun = STARTS[kept ? "draft" : mask.painted ? "painted" : mask.mask ? "found" : "none"];
    return { mask, begun, brush: new Brush({ size, tools: TOOLS, runs }) };
  }, [loads]);
  const { mask, brush, begun } = stored ?? {};
  useLayoutEffect(
    () => () => {
      const runs = brush?.runs(); // unsaved strokes become a draft
      if (runs && brush?.changed.value && JSON.stringify(runs) !== sent.current) keepDraft(draft, runs);
    },
    [brush],
  );
  useEffect(() => {
    const { projectId } = state;
    const forget = whenever(
      () => state.projectId !== projectId,
      (isLeft) => isLeft && dialog.close(),
    );
    return () => {
      isThere.current = false;
      forget();
    };
  }, []);
  const point = usePoint(of, brush);
  const isNew = Boolean(brush?.changed.value || draftOf(draft));
  const isFound = Boolean(mask?.mask && !mask.painted);

  /** One change at a time. @param {() => Promise<unknown>} act */
  const alone = async (act) => {
    block(true);
    await act();
    block(false);
  };
  /** @param {boolean} byHand save the painted mask, or let the server segment the subject */
  const give = async (byHand) => {
    const runs = brush?.runs();
    if (!runs) return;
    keepDraft(draft, runs);
    if (!(await send(byHand ? runs : null))) return;
    draftKept(draft, runs);
    sent.current = JSON.stringify(runs);
    if (isThere.current) dialog.close();
  };
  /** @param {"undo" | "redo"} name */
  const turn = async (name) => {
    if (await step?.(name)) reload(loads + 1);
  };
  /**
   * @param {string} action
   * @param {string} label
   * @param {boolean} isOn
   * @param {() => Promise<unknown>} act
   */
  const button = (action, label, isOn, act) => html`<${Button}
    key=${action} class="button" data-action="${action}-mask" disabled=${!isOn || isSending}
    data-next=${action === "keep" && isOn ? "" : null} onClick=${() => alone(act)}
  >${label}<//>`;
  return html`<figure>
      <div class="stage">
        <img src=${source} alt=${title} draggable=${false} />
        ${brush && html`<${BrushLayer} key=${loads} brush=${brush} name="The subject of this image" />`}
        <${PointLayer} ...${point} />
      </div>
      ${brush && html`<${PointBar} source=${source} ...${point} /><${BrushBar} brush=${brush} />`}
    </figure>
    <div class="lightbox-facts">
      <h2>${title}</h2>
      <p class="lightbox-why">
        Press Point and then the subject, or paint it. Leave out the background, which then counts little in
        training.
      </p>
      <p class="field-note" role="status">${begun}</p>
      <div class="lightbox-buttons">
        ${button("keep", "Save this mask", (isNew || isFound) && Boolean(brush), () => give(true))}
        ${button("auto", "Let the studio find it", Boolean(mask?.painted), () => give(false))}
        ${
          step &&
          STEPS.map(([name, label]) =>
            // the brush has its own undo for unsaved strokes
            button(name, label, Boolean(mask?.[`can_${name}`]) && !isNew, () => turn(name)),
          )
        }
        <${Button} class="button" data-action="close" onClick=${() => dialog.close()}>Close<//>
      </div>
    </div>`;
}
