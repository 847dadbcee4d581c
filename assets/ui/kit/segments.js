/** A segmented control. */
import { html } from "./html.js";

/**
 * A row of toggle buttons, one of which is pressed.
 * @template {string} Name
 * @param {{ label: string, chosen: Name, names: [name: Name, words: string][],
 *   choose: (name: Name) => void }} props
 */
export const Segments = ({ label, chosen, names, choose }) => html`<div
  class="segments" role="group" aria-label=${label}
>
  ${names.map(
    ([name, words]) => html`<button
      key=${name} type="button" data-choice=${name} aria-pressed=${String(name === chosen)}
      onClick=${() => choose(name)}
    >${words}</button>`,
  )}
</div>`;
