/** Which one of several is shown, between buttons to the others: ‹ Prompt 2 of 5 ›. */
import { Button, html } from "./html.js";

/**
 * `what` is what one is called; `keys` lead to the one before and after. With `ends`, none follows the last.
 * @param {{ what: string, at: number, count: number, turn: (by: -1 | 1) => void, keys?: [string, string],
 *   ends?: boolean }} props
 */
export function Turns({ what, at, count, turn, keys = ["", ""], ends = false }) {
  const name = what.toLowerCase();
  return html`<span class="view-turns">
    <${Button}
      aria-label="Previous ${name}" title=${keys[0]} disabled=${ends && at <= 0} onClick=${() => turn(-1)}
    >‹<//>
    <output>${what} ${at + 1} of ${count}</output>
    <${Button}
      aria-label="Next ${name}" title=${keys[1]} disabled=${ends && at >= count - 1} onClick=${() => turn(1)}
    >›<//>
  </span>`;
}
