/** The finished project that comes with the studio: imported when it is opened first, in a second or two. */
import { openProject } from "../app/session.js";
import { write } from "../app/writes.js";
import { Button, html } from "../kit/html.js";
import { planTour } from "../rounds/tour/memory.js";
import { signal } from "../vendor/signals.min.js";

const opening = signal(false);

async function openFinished() {
  if (opening.value) return;
  opening.value = true;
  const answer = await write("open_finished", {});
  opening.value = false;
  if (!answer) return;
  if (answer.round) planTour(answer.project);
  openProject(answer.project, { roundId: answer.round });
}

export const FinishedCard = () => html`<button
  type="button" class="demo-button finished" disabled=${opening.value}
  aria-busy=${opening.value ? "true" : null} onClick=${openFinished}
>
  <img src="finished" alt="" /><b>Look at a finished project</b>
  <span>Three rounds and a branch of the cat’s style, to try everything on. Opens at once.</span>
  ${
    opening.value &&
    html`<span class="demo-making" role="status">Opening the project…</span>
      <progress aria-label="The finished project is being opened" />`
  }
</button>`;

export const FinishedOffer = () => html`<p class="meanwhile">
  Meanwhile:
  <${Button} disabled=${opening.value} onClick=${openFinished}>
    ${opening.value ? "Opening the project…" : "Look at a finished project"}
  <//>
  The training goes on.
</p>`;
