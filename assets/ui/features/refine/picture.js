/** What a repair does, drawn: which areas of a generated image the next training learns. */
import { html } from "../../kit/html.js";

const EDGE = 84; // of a picture, in the units of the drawing

/** A tree, as the reference has it. */
const TREE = html`<circle cx="42" cy="32" r="22" class="leaves" />
  <rect x="37" y="50" width="10" height="26" />`;
/** The same as generated: its trunk came out wrong. */
const WRONG = html`<circle cx="42" cy="32" r="22" class="leaves" />
  <path d="M42 50 L60 62 L46 68 L64 78" class="bent" />`;

/**
 * @param {number} x
 * @param {string} name
 * @param {unknown} content
 */
const picture = (x, name, content) => html`<g transform="translate(${x} 4)">
  <rect width=${EDGE} height=${EDGE} rx="8" class="frame" />${content}
  <text x="42" y="102" text-anchor="middle">${name}</text>
</g>`;

/** @param {number} x */
const arrow = (x) => html`<path d="M${x} 46h20m-7 -6l7 6l-7 6" class="arrow" />`;

/** The reference, a generated image with its areas, and what comes out afterwards. */
export const RepairPicture = () => html`<svg
  class="repair-picture" viewBox="0 0 336 112" role="img"
  aria-label="A generated image is learned where it matches yours. Where it went wrong, yours is learned"
>
  ${picture(4, "Yours", TREE)}
  ${picture(
    126,
    "Generated",
    html`${WRONG}<rect x="16" y="8" width="52" height="44" class="good" />
      <rect x="30" y="53" width="40" height="28" class="bad" />
      <text x="60" y="21" class="sign">✓</text><text x="60" y="79" class="sign">✕</text>`,
  )}
  ${picture(248, "Repaired", TREE)}
  ${arrow(95)}${arrow(217)}
</svg>`;
