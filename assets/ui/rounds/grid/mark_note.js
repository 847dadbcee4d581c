/** What marks would change of other images, before they count for these. */
import { state, setSelection } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { el, hideWhile } from "../../kit/dom.js";
import { Button, html } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { render } from "../../vendor/preact.min.js";
import { CHOICE, decidesItself, undo } from "./verdicts.js";
import { wouldChange } from "./mark_effects.js";

/** Makes the line above the images; it is hidden where nothing would change. */
export function markNote() {
  const node = el("p", { class: "mark-note", role: "status" });
  hideWhile(node, () => !words());
  render(html`<${Note} />`, node);
  return node;
}

const words = () => (state.round?.mark_effect ? wouldChange(state.round.mark_effect) : "");

function Note() {
  const effect = state.round?.mark_effect;
  if (!effect || !words()) return null;
  const others = [...effect.copies, ...effect.cleared];
  return html`<span>${words()}</span>
    ${
      others.length > 0 &&
      html`<${Button} class="button small" data-action="look"
        onClick=${() => setSelection(others, { filter: true })}>Look<//>`
    }
    <${Button} class="button small" data-action="count-marks" onClick=${count}
      title="Undo reverses it">Apply to all<//>`;
}

async function count() {
  if (decidesItself() || !(await write("count_marks", { round: state.roundId }))) return;
  await refresh();
  toast("Your marks count for all images now.", "plain", { label: "Undo", act: undo }, CHOICE);
}
