/** Elements shared by the card and the enlarged view of a pair. */
/** @import { Pair } from "payloads" */
import { state } from "../app/store.js";
import { el, makeButton } from "../kit/dom.js";

/**
 * The mean of a map over the subject as text; unknown without a mask.
 * @param {number | null} value
 */
export const mean = (value) => value?.toFixed(2) ?? "unknown (its mask is lost)";

/** Label of the left picture: a reference of an object, or an accepted picture of a style. */
export const referenceLabel = () => (state.project?.kind === "style" ? "Accepted" : "Reference");

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
 * Header of an enlarged pair: prompt, seed, number and navigation.
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
    makeButton(
      {
        data: { keep: words },
        "aria-label": words,
        title: `${words} (${by < 0 ? "←" : "→"})`,
        disabled: !there,
      },
      () => turn(by),
      glyph,
    );
  return el(
    "header",
    { class: "pair-head" },
    el("h2", { translate: "no" }, pair.prompt),
    el("span", { class: "pair-seed" }, `${pair.subject ? `${pair.subject} · ` : ""}seed ${pair.seed}`),
    el("span", { class: "pair-kept", role: "status" }),
    step(-1, "‹", "Previous pair", at > 0),
    el("output", {}, `${at + 1} of ${count}`),
    step(1, "›", "Next pair", at < count - 1),
    makeButton({ title: "Esc", data: { action: "close" } }, close, "Close"),
  );
}

/**
 * Panel below a reference: what counts as its subject, and a button to paint the mask.
 * @param {boolean} found whether there is a mask; otherwise the whole picture counts
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
        : "All of this image counts as the subject.",
    ),
    makeButton({ data: { action: "subject" } }, act, "Paint the subject"),
  );
}
