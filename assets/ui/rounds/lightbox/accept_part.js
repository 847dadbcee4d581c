/** Accept part of a picture: only the painted area is used for training. */
/** @import { Brush, Tool } from "../../brush/brush.js" */
/** @typedef {ReturnType<typeof partPainter>} PartPainter */
import { state } from "../../app/store.js";
import { call } from "../../app/session.js";
import { el } from "../../kit/dom.js";
import { Button, html } from "../../kit/html.js";
import { makeBrush, pictureThere } from "../../brush/brush.js";
import { brushBar } from "../../brush/toolbar.js";
import { layOutline } from "../../brush/outline.js";
import { acceptInPart, isReplay } from "../grid/verdicts.js";
import { draftKept, draftOf, keepDraft } from "../../app/drafts.js";
import { toast } from "../../kit/toast.js";

/** @type {Tool[]} */
const TOOLS = [
  { name: "good", title: "Good", key: "g", label: 255, look: "keep" },
  { name: "erase", title: "Erase", key: "e", label: 0, look: null },
];

/**
 * The part painter of a candidate; `changed()` is called when painting starts, ends or changes the mask.
 * @param {HTMLElement} place
 * @param {string} id
 * @param {() => void} changed
 */
export function partPainter(place, id, changed) {
  const node = el("div", { class: "part-panel", hidden: true });
  const draft = `part ${id}`;
  /** @type {Brush | null} */
  let brush = null;
  /** @type {ReturnType<typeof brushBar> | null} */
  let bar = null;
  /** @type {(ReturnType<typeof layOutline> & { mark: string }) | null} */
  let outline = null;
  let there = true;

  const stored = async () =>
    state.masks.has(id) ? ((await call("rounds", "part_mask", { candidate: id }))?.mask ?? null) : null;
  async function show() {
    const mark = state.masks.get(id) ?? null;
    if (brush || outline?.mark === mark) return;
    outline?.remove();
    outline = mark ? { mark, ...layOutline(place, "The part of the image that was accepted") } : null;
    const runs = mark && (await stored());
    if (runs && there && outline?.mark === mark) outline.draw(runs);
  }
  async function start() {
    if (isReplay()) return;
    const runs = draftOf(draft) ?? (await stored());
    await pictureThere(place);
    const unread = !runs && state.masks.has(id); // what is painted would replace the stored part
    if (brush || !there || unread) return;
    outline?.remove();
    outline = null;
    brush = makeBrush(place, {
      tools: TOOLS,
      runs,
      name: "What is right in this image",
      onChange: () => {
        bar?.update();
        changed();
      },
    });
    bar = brushBar(brush);
    node.replaceChildren(bar.node);
    node.hidden = false;
    brush.canvas.focus({ preventScroll: true });
    changed();
  }
  function leave() {
    if (!brush) return;
    if (brush.changed) keepDraft(draft, brush.runs());
    brush.remove();
    brush = bar = null;
    node.hidden = true;
    show();
    changed();
  }
  async function accept() {
    const why = closed();
    if (!brush || why) return toast(why ?? "");
    const runs = brush.runs();
    leave();
    keepDraft(draft, runs);
    if (await acceptInPart(id, runs)) draftKept(draft, runs);
    return undefined;
  }
  /** Why the part cannot be accepted now, or null if it can. */
  function closed() {
    if (!brush?.painted) return "Paint what is right in this image first";
    return brush.mask.share(255) === 1 ? "All of it is painted: accept the whole image instead" : null;
  }
  show();
  return {
    node,
    start,
    leave,
    accept,
    closed,
    show,
    painting: () => Boolean(brush),
    remove: () => {
      leave();
      there = false;
      outline?.remove();
    },
  };
}

/** What to do, said directly below the picture. */
export const PAINTING = "Paint what is right. The next training learns only that part of the image.";

/**
 * The buttons that replace the verdict buttons while painting.
 * @param {{ part: PartPainter }} props
 */
export function PartButtons({ part }) {
  const why = part.closed();
  return html`<div class="lightbox-buttons">
    <${Button}
      class="button" data-action="accept-part" data-next=${why === null ? "" : null} title=${why ?? "Enter"}
      disabled=${why !== null} onClick=${part.accept}
    >Accept this part<//>
    <${Button} class="button" data-action="leave-part" title="Esc" onClick=${part.leave}>Back<//>
  </div>`;
}
