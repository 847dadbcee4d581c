/** Accept part of a picture: only the painted area is used for training. */
/** @import { Tool } from "../../brush/brush.js" */
import { draftKept, draftOf, keepDraft } from "../../app/drafts.js";
import { call } from "../../app/session.js";
import { state } from "../../app/store.js";
import { picture } from "../../app/urls.js";
import { Brush, sizeOf } from "../../brush/brush.js";
import { Outline } from "../../brush/outline.js";
import { Button, html, useAnswer } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { signal } from "../../vendor/signals.min.js";
import { acceptInPart, decidesItself } from "../grid/verdicts.js";
import { resetZoom } from "./zoom.js";

/** @type {Tool[]} */
const TOOLS = [
  { name: "good", title: "Good", key: "g", label: 255, look: "keep" },
  { name: "erase", title: "Erase", key: "e", label: 0, look: null },
];

/** The picture that is being painted, and its brush. */
export const part = signal(/** @type {{ id: string, brush: Brush } | null} */ (null));

/** @param {string} id */
const draftName = (id) => `part ${id}`;

/** @param {string} id */
const stored = async (id) =>
  state.masks.has(id) ? ((await call("rounds", "part_mask", { candidate: id }))?.mask ?? null) : null;

/**
 * Begin to paint, if the picture is still wanted then.
 * @param {string} id
 * @param {() => boolean} isWanted
 */
export async function startPart(id, isWanted) {
  if (decidesItself()) return;
  const runs = draftOf(draftName(id)) ?? (await stored(id));
  const size = await sizeOf(picture(id));
  const isUnread = !runs && state.masks.has(id); // what is painted would replace the stored part
  if (part.value || isUnread || !isWanted()) return;
  resetZoom();
  part.value = { id, brush: new Brush({ size, tools: TOOLS, runs }) };
}

/** Stop painting; what is new becomes a draft. */
export function leavePart() {
  if (!part.value) return;
  const { id, brush } = part.value;
  if (brush.changed.value) keepDraft(draftName(id), brush.runs());
  part.value = null;
}

export async function acceptPart() {
  if (!part.value) return;
  const { id, brush } = part.value;
  const why = whyNot(brush);
  if (why) {
    toast(why);
    return;
  }
  const runs = brush.runs();
  leavePart();
  keepDraft(draftName(id), runs);
  if (await acceptInPart(id, runs)) draftKept(draftName(id), runs);
}

/** @param {Brush} brush */
function whyNot({ painted }) {
  if (!painted.value) return "Paint what is right in this image first";
  return painted.value === 1 ? "All of it is painted: accept the whole image instead" : null;
}

export const PAINTING = "Paint what is right. The next round trains only on that part of the image.";

/** @param {{ brush: Brush }} props */
export function PartButtons({ brush }) {
  const why = whyNot(brush);
  return html`<div class="lightbox-buttons">
    <${Button}
      class="button" data-action="accept-part" data-next=${why === null ? "" : null} title=${why ?? "Enter"}
      disabled=${why !== null} onClick=${acceptPart}
    >Accept this part<//>
    <${Button} class="button" data-action="leave-part" title="Esc" onClick=${leavePart}>Back<//>
  </div>`;
}

/** @param {{ id: string, version: string }} props */
export function AcceptedPart({ id, version }) {
  const runs = useAnswer(() => stored(id), [version]);
  return runs && html`<${Outline} runs=${runs} label="The part of the image that was accepted" />`;
}
