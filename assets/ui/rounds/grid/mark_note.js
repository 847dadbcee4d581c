/** What marks would change of other images, before they count for these. */
import { state, setSelection } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { Button, html } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { CHOICE, decidesItself, undo } from "./verdicts.js";
import { wouldChange } from "./mark_effects.js";

/** The line above the images; it is hidden where nothing would change. */
export function MarkNote() {
  const effect = state.round?.mark_effect;
  const words = effect ? wouldChange(effect) : "";
  const others = effect && words ? [...effect.copies, ...effect.cleared] : [];
  const look = () => setSelection(others, { filter: true });
  return html`<p class="mark-note" role="status" hidden=${!words}>
    <span>${words}</span>
    ${others.length > 0 && html`<${Button} data-action="look" onClick=${look}>Look<//>`}
    <${Button} data-action="count-marks" title="Undo reverses it" onClick=${count}>Apply to all<//>
  </p>`;
}

async function count() {
  if (decidesItself() || !(await write("count_marks", { round: state.roundId }))) return;
  await refresh();
  toast("Your marks count for all images now.", "plain", { label: "Undo", act: undo }, CHOICE);
}
