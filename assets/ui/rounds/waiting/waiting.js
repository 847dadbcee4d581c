/** While the model learns and the round has no pictures yet: previews of the training fill the grid. */
import { state, workHere } from "../../app/store.js";
import { unbroken } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { PreviewButton, PreviewFigure } from "../../training/previews.js";
import { TRAININGS, waiting } from "../../training/now.js";
import { FinishedOffer } from "../../reference/finished.js";
import { haltOf, jobTitle } from "../../top/job_words.js";
import { slotsOf } from "./slots.js";

export const Learning = () =>
  waiting() &&
  html`<section class="learning" aria-label="Previews of the training">
    <div class="learning-head"><div><h3>${title()}</h3><p>${words()}</p></div><${PreviewButton} /></div>
    <div class="learning-slots">${slots().map(({ step, preview, drawing }) =>
      preview
        ? html`<${PreviewFigure} key=${step} preview=${preview} />`
        : html`<div key="${step} ${drawing}" class="learning-slot" data-drawing=${drawing ? "" : null}>
              <span>${drawing ? "generating…" : `step ${step}`}</span>
            </div>`,
    )}</div>
    ${workHere(TRAININGS) && here()?.parent_id === null ? html`<${FinishedOffer} />` : null}
  </section>`;

const here = () => state.rounds.find((round) => round.id === state.roundId);

function title() {
  const { job } = state;
  const work = workHere(TRAININGS);
  if (!work && job && haltOf(job)) return jobTitle(job);
  const what = here()?.parent_id ? "your reference and what you accepted" : "your reference";
  return (work ?? job)?.state === "queued"
    ? `The model will be trained on ${what}`
    : `The model is training on ${what}`;
}

function words() {
  const every = state.project?.settings.tune.preview_every;
  const prompt = state.round?.previews.at(-1)?.prompt ?? state.round?.pool[0]?.prompt;
  if (!every && !state.round?.previews.length)
    return "Previews are off for this project. Turn them on under Advanced, or press Preview now.";
  const often = every ? `, generated every ${every} steps` : "";
  return unbroken(`The same prompt and seed during the training${prompt ? `: “${prompt}”` : ""}${often}.`);
}

function slots() {
  const { job, round, project } = state;
  const training = TRAININGS.includes(job?.phase ?? "");
  return slotsOf({
    previews: round?.previews ?? [],
    every: project?.settings.tune.preview_every ?? 0,
    done: training ? (job?.done ?? 0) : 0,
    total: training ? (job?.total ?? 0) : Number(project?.settings.tune.steps ?? 0),
    wanted: Boolean(job?.preview_wanted),
  });
}
