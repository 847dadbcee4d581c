/** "How is this computed?": two lines where a figure stands, and a button to the page with all of it. */
import { el, makeButton } from "../kit/dom.js";
import { CHAPTERS } from "./chapters.js";
import { showHow } from "./page.js";

const SUMMARY = "How is this computed?";

/**
 * A collapsed `<details>` with a chapter in brief.
 * @param {keyof typeof CHAPTERS} chapter
 */
export function howComputed(chapter) {
  const box = el(
    "details",
    {
      class: "how",
      on: { toggle: () => box.open && box.scrollIntoView({ block: "nearest" }) },
    },
    el("summary", {}, SUMMARY),
    el(
      "p",
      {},
      `${CHAPTERS[chapter].brief} `,
      makeButton({ class: "quiet how-more" }, () => showHow(chapter), "With images and formulas"),
    ),
  );
  return box;
}
