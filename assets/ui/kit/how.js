/** "How is this computed?": a collapsed box with the formulas behind the figures. */
import { el } from "./dom.js";

const SUMMARY = "How is this computed?";

/**
 * A collapsed `<details>` of paragraphs, each with a name and an optional formula.
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
