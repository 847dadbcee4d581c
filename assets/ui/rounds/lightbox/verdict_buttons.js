/** The buttons of an enlarged picture: accept, reject, accept in part, compare, a copy or not, close. */
/** @import { PartPainter } from "./accept_part.js" */
import { state, verdictOf } from "../../app/store.js";
import { Button, html } from "../../kit/html.js";
import { toggleCopies } from "../grid/mark_copies.js";
import { toggle } from "../grid/verdicts.js";
import { moreLike } from "../desk/search.js";
import { comparing } from "./compare.js";

/**
 * @param {{ id: string, part: PartPainter, compare: (id: string) => unknown, close: () => unknown }} props
 */
export function VerdictButtons({ id, part, compare, close }) {
  const verdict = verdictOf(id);
  const copy = Boolean(state.candidates.get(id)?.copy);
  const inPart = verdict === "accepted" && state.masks.has(id);
  const accepted = inPart ? "◐ Accepted in part" : "✓ Accepted";
  const like = () => {
    close();
    moreLike(id);
  };
  /** @type {[action: string, label: string, act: () => unknown, title: string, pressed?: boolean][]} */
  const buttons = [
    [
      "accept",
      verdict === "accepted" ? accepted : "Accept",
      () => toggle(id, "accepted"),
      "A",
      verdict === "accepted",
    ],
    [
      "reject",
      verdict === "rejected" ? "✕ Rejected" : "Reject",
      () => toggle(id, "rejected"),
      "R",
      verdict === "rejected",
    ],
    ["part", inPart ? "Change the part" : "Accept in part…", part.start, "B: paint what is right"],
    [
      "compare",
      comparing() ? "Stop comparing" : "Compare…",
      () => compare(id),
      "C: with the reference, other rounds or any image",
      comparing(),
    ],
    [
      "copy",
      copy ? "Not a copy" : "Mark as a copy",
      () => toggleCopies([id]),
      "L: mark as copy / not a copy",
    ],
    ["more-like", "More like this", like, "Order all images of this round by how alike they are to this one"],
    ["close", "Close", close, "Esc"],
  ];
  return html`<div class="lightbox-buttons">${buttons.map(
    ([action, label, act, title, pressed]) => html`<${Button}
      key=${action} class="button" data-action=${action} title=${title} onClick=${act}
      aria-pressed=${pressed === undefined ? null : String(pressed)}
    >${label}<//>`,
  )}</div>`;
}
