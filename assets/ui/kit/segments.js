/** The choice of one of several: by buttons beside each other, a list, or radio buttons. */
import { html, withValue } from "./html.js";

/**
 * A row of toggle buttons, one of which is pressed.
 * @template {string} Name
 * @param {{ label: string, chosen: Name, names: [name: Name, words: string, title?: string][],
 *   choose: (name: Name) => void }} props
 */
export const Segments = ({ label, chosen, names, choose }) => html`<div
  class="segments" role="group" aria-label=${label}
>
  ${names.map(
    ([name, words, title]) => html`<button
      key=${name} type="button" data-choice=${name} title=${title} aria-pressed=${String(name === chosen)}
      onClick=${() => choose(name)}
    >${words}</button>`,
  )}
</div>`;

/**
 * A list that opens; other properties are the field's.
 * @param {{ names: (readonly [name: string, words: string])[], choose?: (name: string) => void,
 *   [property: string]: unknown }} props
 */
export const Select = ({ names, choose = () => {}, ...field }) => html`<select
  onChange=${withValue(choose)} ...${field}
>
  ${names.map(([name, words]) => html`<option key=${name} value=${name}>${words}</option>`)}
</select>`;

/**
 * Radio buttons, each with words that explain it.
 * @template {string} Name
 * @param {{ name: string, offered: [name: Name, title: string, words: string][], chosen: Name,
 *   choose: (name: Name) => void }} props
 */
export const Radios = ({ name, offered, chosen, choose }) =>
  offered.map(
    ([value, title, words]) => html`<label key=${value}>
      <input
        type="radio" name=${name} value=${value} checked=${value === chosen} onInput=${() => choose(value)}
      /><b>${title}</b><span>${words}</span>
    </label>`,
  );
