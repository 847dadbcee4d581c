/** "How is this computed?": two lines where a figure stands, and a button to the page with all of it. */
import { html } from "../kit/html.js";
import { CHAPTERS } from "./chapters.js";
import { showHow } from "./page.js";

/** @param {{ currentTarget: HTMLDetailsElement }} event */
const seen = ({ currentTarget: box }) => box.open && box.scrollIntoView({ block: "nearest" });

/**
 * A collapsed `<details>` with a chapter in brief.
 * @param {{ chapter: keyof typeof CHAPTERS }} props
 */
export const How = ({ chapter }) => html`<details class="how" onToggle=${seen}>
  <summary>How is this computed?</summary>
  <p>
    ${CHAPTERS[chapter].brief}${" "}
    <button type="button" class="quiet how-more" onClick=${() => showHow(chapter)}>
      With images and formulas
    </button>
  </p>
</details>`;
