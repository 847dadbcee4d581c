/** Words and figures that the card and the enlarged view of a pair share. */
/** @import { Pair } from "../app/payloads_refinement.d.ts" */
import { state } from "../app/store.js";
import { el } from "../kit/dom.js";

/**
 * The mean of a map over its subject, as far as it is known where the subject is.
 * @param {number | null} value
 */
export const mean = (value) => value?.toFixed(2) ?? "unknown (its mask is lost)";

/** y is a reference of an object, or what was accepted of a style. */
export const yours = () => (state.project?.kind === "style" ? "Accepted" : "Reference");

/**
 * @param {HTMLElement} place
 * @param {string} title
 * @param {string} words
 * @param {string} why
 * @param {HTMLElement} panel
 */
export const plate = (place, title, words, why, panel) =>
  el("figure", {}, place, el("figcaption", { title: why }, el("b", {}, title), ` · ${words}`), panel);

/**
 * Prompt, seed and number of an enlarged pair, and the way to the next one.
 * @param {Pair} pair
 * @param {number} at
 * @param {number} count
 * @param {{ turn: (by: number) => void, close: () => void }} acts
 */
export function head(pair, at, count, { turn, close }) {
  /**
   * @param {number} by
   * @param {string} glyph
   * @param {string} words
   * @param {boolean} there
   */
  const step = (by, glyph, words, there) =>
    el(
      "button",
      {
        type: "button",
        class: "button small",
        "aria-label": words,
        title: `${words} (${by < 0 ? "←" : "→"})`,
        disabled: !there,
        on: { click: () => turn(by) },
      },
      glyph,
    );
  return el(
    "header",
    { class: "pair-head" },
    el("h2", {}, pair.prompt),
    el("span", { class: "pair-seed" }, `${pair.subject ? `${pair.subject} · ` : ""}seed ${pair.seed}`),
    el("span", { class: "pair-kept", role: "status" }),
    step(-1, "‹", "Previous pair", at > 0),
    el("output", {}, `${at + 1} of ${count}`),
    step(1, "›", "Next pair", at < count - 1),
    el("button", { type: "button", class: "button small", title: "Esc", on: { click: close } }, "Close"),
  );
}

/**
 * Under a reference: which part of it counts as the subject, and a way to paint it.
 * @param {boolean} found is a part of it known, or does all of it count?
 * @param {() => void} act
 */
export function subjectPanel(found, act) {
  return el(
    "div",
    { class: "pair-subject" },
    el(
      "span",
      {},
      found
        ? "The bright part counts as the subject. Is it wrong?"
        : "All of this picture counts as the subject.",
    ),
    el(
      "button",
      { type: "button", class: "button small", data: { action: "subject" }, on: { click: act } },
      "Paint the subject",
    ),
  );
}
