/** Words and figures that the card and the enlarged view of a pair share. */
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
