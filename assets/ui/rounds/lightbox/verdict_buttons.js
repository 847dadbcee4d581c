/** The buttons of an enlarged picture: accept, reject, accept in part, compare, a copy or not, close. */
/** @import { PartPainter } from "./accept_part.js" */
import { state, verdictOf } from "../../app/store.js";
import { el, makeButton } from "../../kit/dom.js";
import { toggleCopies } from "../grid/mark_copies.js";
import { toggle } from "../grid/verdicts.js";
import { moreLike } from "../desk/search.js";
import { comparing } from "./compare.js";

/**
 * @param {string} id
 * @param {PartPainter} part
 * @param {{ compare: (id: string) => unknown, close: () => unknown }} acts
 */
export function verdictButtons(id, part, { compare, close }) {
  const verdict = verdictOf(id);
  const copy = Boolean(state.candidates.get(id)?.copy);
  const inPart = verdict === "accepted" && state.masks.has(id);
  /**
   * @param {string} action
   * @param {string} label
   * @param {boolean | null} pressed
   * @param {() => unknown} act
   * @param {string} key
   */
  const button = (action, label, pressed, act, key) =>
    makeButton(
      {
        class: "button",
        "aria-pressed": pressed === null ? null : String(pressed),
        data: { action },
        title: key,
      },
      act,
      label,
    );
  return el(
    "div",
    { class: "lightbox-buttons" },
    button(
      "accept",
      verdict !== "accepted" ? "Accept" : inPart ? "◐ Accepted in part" : "✓ Accepted",
      verdict === "accepted",
      () => toggle(id, "accepted"),
      "A",
    ),
    button(
      "reject",
      verdict === "rejected" ? "✕ Rejected" : "Reject",
      verdict === "rejected",
      () => toggle(id, "rejected"),
      "R",
    ),
    button(
      "part",
      inPart ? "Change the part" : "Accept in part…",
      null,
      () => part.start(),
      "B: paint what is right",
    ),
    button(
      "compare",
      comparing() ? "Stop comparing" : "Compare…",
      comparing(),
      () => compare(id),
      "C: with the reference, other rounds or any image",
    ),
    button(
      "copy",
      copy ? "Not a copy" : "Mark as a copy",
      null,
      () => toggleCopies([id]),
      "L: mark as copy / not a copy",
    ),
    button(
      "more-like",
      "More like this",
      null,
      () => {
        close();
        moreLike(id);
      },
      "Order all images of this round by how alike they are to this one",
    ),
    button("close", "Close", null, close, "Esc"),
  );
}
