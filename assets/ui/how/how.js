/** "How is this computed?": a chapter in brief where a figure stands, and the page of all (`how.html`). */
import { Dialog } from "../kit/dialog.js";
import { contentOf, Copied, html } from "../kit/html.js";

export const howDialog = new Dialog("how-page", { light: () => true });

/** @param {string} [chapter] which one to begin with; the examples if none is given */
export function showHow(chapter) {
  const dialog = howDialog.open("How is this computed?", html`<${Page} />`);
  const begin = chapter && chapter !== "suggestions" ? `[data-chapter=${chapter}]` : ".how-examples";
  dialog.querySelector(begin)?.scrollIntoView({ block: "start" });
}

const Page = () => html`<form method="dialog">
  <h2 id="how-title">How is this computed?</h2>
  <${Copied}
    template="how" class="how-chapters" tabindex="0" role="region" aria-labelledby="how-title"
  />
  <button class="button" autofocus>Close</button>
</form>`;

/** @param {{ currentTarget: HTMLDetailsElement }} event */
const seen = ({ currentTarget: box }) => box.open && box.scrollIntoView({ block: "nearest" });

/**
 * A collapsed `<details>` with a chapter in brief.
 * @param {{ chapter: string }} props
 */
export const How = ({ chapter }) => html`<details class="how" onToggle=${seen}>
  <summary>How is this computed?</summary>
  <p>
    ${contentOf("how").querySelector(`[data-chapter=${chapter}] .how-brief`)?.textContent}${" "}
    <button type="button" class="quiet how-more" onClick=${() => showHow(chapter)}>
      With images and formulas
    </button>
  </p>
</details>`;
