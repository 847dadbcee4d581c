/** What to press where a model does not know what a prompt names: a thing that it knows, or going on. */
/** @import { Swap, Unknown } from "payloads" */
import { Button, html } from "./html.js";

/**
 * `use` is given the prompts with that thing, `goOn` closes what was said.
 * @param {{ swaps: Swap[], use: (prompts: string[]) => unknown, goOn: () => unknown }} props
 */
export const Swaps = ({ swaps, use, goOn }) => html`<span class="swaps">
  ${swaps.map(
    ({ word, prompts }) => html`<${Button} key=${word} onClick=${() => use(prompts)}>Use “${word}”<//>`,
  )}
  <${Button} onClick=${goOn}>Continue anyway<//>
</span>`;

/**
 * Of prompts that were taken all the same, what the model was not taught.
 * @param {{ of: { value: Unknown | null }, use: (prompts: string[]) => unknown }} props
 */
export function UnknownNote({ of, use }) {
  if (!of.value) return null;
  const goOn = () => {
    of.value = null;
  };
  return html`<div class="field-note" role="status">
    ${of.value.text} <${Swaps} swaps=${of.value.swaps} use=${use} goOn=${goOn} />
  </div>`;
}
