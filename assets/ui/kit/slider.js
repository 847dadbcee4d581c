/** A slider that says its value. */
import { el, setText } from "./dom.js";

/** @param {number} value */
export const times = (value) => `${value}`;

/** @param {number} value */
export const percent = (value) => `at ${Math.round(100 * value)}%`;

/**
 * A slider that says its value.
 * @param {string} label
 * @param {number} most
 * @param {number} value
 * @param {(value: number) => string} words
 * @param {string} [title]
 */
export function slider(label, most, value, words, title = "") {
  const said = el("span", { "aria-hidden": "true" });
  const input = el("input", {
    type: "range",
    min: "0",
    max: String(most),
    step: "0.05",
    "aria-label": label,
  });
  const say = () => {
    setText(said, words(input.valueAsNumber));
    input.setAttribute("aria-valuetext", words(input.valueAsNumber));
  };
  /** @param {number} to */
  const set = (to) => {
    input.value = String(to);
    say();
  };
  input.addEventListener("input", say);
  set(value);
  const node = el("label", { title }, el("span", {}, `${label} `, said), input);
  return { node, set, value: () => input.valueAsNumber };
}
