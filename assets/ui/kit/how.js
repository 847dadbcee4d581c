/** "How is this computed?": the formulas behind figures, out of the way of whoever does not ask. */
import { el } from "./dom.js";

const SUMMARY = "How is this computed?";

/**
 * A closed box of paragraphs, each with its name and, where it has one, its formula.
 * @param {[name: string, words: string, formula?: string][]} paragraphs
 */
export function howComputed(paragraphs) {
  const box = el(
    "details",
    {
      class: "how",
      on: { toggle: () => box.open && box.scrollIntoView({ block: "nearest" }) },
    },
    el("summary", {}, SUMMARY),
    paragraphs.map(([name, words, formula]) =>
      el("p", {}, el("b", {}, name), ` ${words}`, formula ? el("code", {}, formula) : null),
    ),
  );
  return box;
}
