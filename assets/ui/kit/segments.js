/** A segmented control. */
import { html } from "./html.js";
import { el, makeButton, setAttribute, setText } from "./dom.js";

/**
 * A row of toggle buttons, one of which is pressed.
 * @template {string} Name
 * @param {string} label
 * @param {[name: Name, words: string][]} names
 * @param {(name: Name) => void} choose
 */
export function segments(label, names, choose) {
  const buttons = new Map(
    names.map(([name, words]) => [
      name,
      makeButton({ class: null, data: { choice: name } }, () => choose(name), words),
    ]),
  );
  const node = el("div", { class: "segments", role: "group", "aria-label": label }, ...buttons.values());
  return {
    node,
    /**
     * @param {Name | undefined} chosen
     * @param {Partial<Record<Name, string>>} [words] new labels for some of them
     */
    show: (chosen, words = {}) => {
      for (const [name, button] of buttons) {
        setAttribute(button, "aria-pressed", String(name === chosen));
        const renamed = words[name];
        if (renamed) setText(button, renamed);
      }
    },
  };
}

/**
 * The same as a component.
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
