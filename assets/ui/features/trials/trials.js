/** Try a prompt: generate any prompt with the shown round, keep the images, and use one as a candidate. */
/** @import { Trial } from "payloads" */
import { setFocus, state, whenever } from "../../app/store.js";
import { openRound, refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { html, useKeptFocus } from "../../kit/html.js";
import { render } from "../../vendor/preact.min.js";
import { changeDraft, takeUpDraft } from "./draft.js";
import { enlarge, face, measures } from "./face.js";
import { TrialForm, tellDrawn } from "./form.js";
import { GridTable } from "./grid_table.js";
import { gridsOf } from "./grids.js";
import { askTrials, removeTrials, trials } from "./list.js";
import { trialFacts } from "./words.js";

/** @type {import("../../rounds/views/views.js").Mount} */
export function mountTrials(panel, { isOpen }) {
  whenever(
    () => state.polls && isOpen() && state.projectId,
    async (project) => {
      const found = project && (await askTrials());
      if (found) tellDrawn(found);
    },
  );
  whenever(
    () => isOpen() && state.project,
    (project) => project && takeUpDraft(project.id, String(project.settings.generation?.guidance_scale ?? 4)),
  );
  const Shown = () =>
    isOpen() && state.project
      ? html`<${TrialForm} trials=${trials.value.length} /><${Strip} panel=${panel} />`
      : null;
  render(html`<${Shown} />`, panel);
  return { rows };
}

/** @returns {import("../../rounds/views/table.js").Row[]} */
const rows = () => [
  ["round", "prompt", "negative prompt", "seed", "guidance", "recipe"],
  ...trials.value.map((one) => [
    one.round_name,
    one.prompt,
    one.negative,
    one.seed,
    one.guidance,
    one.recipe.words,
  ]),
];

/**
 * @param {HTMLElement} panel
 * @param {Trial} trial
 */
function fill(panel, { prompt, negative, seed, guidance, recipe: { early, late, switch: turn } }) {
  const recipe = { early, late, switch: turn };
  changeDraft({ prompt, negative, seed, guidance: String(guidance), count: "1", strengths: "", recipe });
  panel.querySelector("textarea")?.focus();
}

/** @param {{ panel: HTMLElement }} props */
function Strip({ panel }) {
  useKeptFocus(panel, "data-trial");
  const { grids, others } = gridsOf(trials.value.filter(({ step }) => step === null));
  const none = html`<p class="empty">
    Write any prompt and press Generate: the shown round generates it.
  </p>`;
  // a list without items is none
  const role = grids.length || others.length ? "list" : "group";
  const acts = (/** @type {Trial} */ trial) => [use(trial, "Use"), away(trial)];
  return html`<div class="trial-strip" role=${role} aria-label="Your images">
    ${grids.map((grid) => html`<${GridTable} key=${grid.title} ...${grid} acts=${acts} />`)}
    ${role === "list" ? others.map((trial) => card(trial, others, panel)) : none}
  </div>`;
}

/**
 * @param {Trial} trial
 * @param {Trial[]} others
 * @param {HTMLElement} panel
 */
function card(trial, others, panel) {
  const again = button("again", "Again…", "Copy its values into the form", () => fill(panel, trial));
  return html`<article class="trial" role="listitem" key=${trial.id} data-trial=${trial.id}>
    ${face(trial, () => enlarge(trial, others))}
    <p class="trial-words" dir="auto" translate=${false} title=${trial.prompt}>${trial.prompt}</p>
    <p class="trial-facts">${trialFacts(trial)}</p>
    ${measures(trial)}
    <div class="trial-acts">${use(trial)}${again}${away(trial)}</div>
  </article>`;
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} title
 * @param {() => unknown} act
 */
const button = (name, label, title, act) => html`<button
  type="button" key=${name} class="button small" title=${title} aria-label=${name === "forget" ? title : null}
  data-action=${name} onClick=${act}
>${label}</button>`;

/** @param {Trial} trial */
const away = (trial) =>
  button("forget", "✕", "Remove it from this list", () => removeTrials([trial], "Removed from the list."));

/**
 * @param {Trial} trial
 * @param {string} [label]
 */
function use(trial, label = "Use as candidate") {
  if (!trial.version) return null;
  if (trial.candidate) {
    const id = trial.candidate;
    return button("show", "Show it", "It is one of the round's images", () => reveal(trial.round, id));
  }
  const why = "Then you can accept it for the next round. The figures of this round stay the same.";
  return button("use", label, `Use as candidate. ${why}`, async () => {
    const answer = await write("use_trial", { trial: trial.id });
    if (answer) reveal(answer.round, answer.candidate);
  });
}

/**
 * @param {string} round
 * @param {string} candidate
 */
async function reveal(round, candidate) {
  await openRound(round);
  await refresh();
  setFocus(candidate, "trials");
}
