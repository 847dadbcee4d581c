/** The steps of one training side by side: was it too long, and where should it have stopped? */
import { ofRound, state, whenever } from "../../app/store.js";
import { openRound, refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { ask } from "../../kit/ask.js";
import { copiesOf, count, inSentence, listed } from "../../kit/format.js";
import { Button, html, submitting, withValue } from "../../kit/html.js";
import { toast } from "../../kit/toast.js";
import { archiveRound } from "../../rounds/strip/menu.js";
import { GridTable } from "./grid_table.js";
import { askTrials, removeTrials, trials } from "./list.js";
import { strengthsIn } from "./words.js";
import { signal } from "../../vendor/signals.min.js";
import { inTraining } from "../../training/now.js";
import { stepGridsOf } from "./step_grids.js";

/** @typedef {{ prompt: string | null, strengths: string, steps: number[] | null }} StepDraft */

/** @type {StepDraft} null: the usual prompt and steps */
const EMPTY = { prompt: null, strengths: "0.4 0.7 1", steps: null };
/** What stands in the form, by round; it lasts as long as the page. */
const drafts = signal(/** @type {Record<string, StepDraft>} */ ({}));
const said = ofRound(() => "");
const asking = signal(false);

/** Ask for the images as often as the view is shown. */
export function followSteps() {
  whenever(
    () => {
      const { round } = state; // images may outlast the LoRAs that drew them
      const isShown = state.polls && state.shownView === "curves";
      return isShown && (round?.steps.kept.length || round?.validations.length);
    },
    (wants) => wants && askTrials(),
  );
}

const draftNow = () => drafts.value[state.roundId ?? ""] ?? EMPTY;

/** @param {Partial<StepDraft>} some */
function change(some) {
  drafts.value = { ...drafts.value, [state.roundId ?? ""]: { ...draftNow(), ...some } };
  said.value = "";
}

/** The section, for a component that is rendered again when the round has changed. */
export function Steps() {
  const { round } = state;
  if (!round) return null;
  const { kept, why_none: none } = round.steps;
  const grids = stepGridsOf(trials.value, state.roundId);
  if (!kept.length && !grids.length && !(none && round.trained)) return null;
  return html`<section class="kept-steps" aria-label="Steps of this training">
    <p class="chart-title"><b>Steps of this training</b></p>
    ${kept.length ? html`<${Form} />` : html`<p class="arms-none">${none}</p>`}
    ${
      grids.length
        ? html`<div class="steps-grids" role="list">
            ${grids.map((grid) => html`<${StepGrid} key=${grid.title + grid.facts} grid=${grid} />`)}
          </div>`
        : null
    }
  </section>`;
}

function Form() {
  const { round, project } = state;
  if (!round) return null;
  const { kept, usual } = round.steps;
  const given = draftNow();
  const chosen = (given.steps ?? usual).filter((step) => kept.includes(step));
  const strengths = strengthsIn(given.strengths);
  const number = chosen.length * strengths.length;
  const held = round.pool[0]?.prompt ?? "";
  const turn = (/** @type {number} */ step) =>
    change({
      steps: kept.filter((one) => (one === step ? !chosen.includes(one) : chosen.includes(one))),
    });
  const submit = submitting(() => asking.value || generate(chosen, strengths));
  return html`<form class="steps-form" onSubmit=${submit}>
    <p class="steps-words">
      Trained too long? The same prompt and seed at each saved step.
    </p>
    <label class="steps-prompt"><span>Prompt</span><input
      type="text" list="steps-prompts" maxlength="300" value=${given.prompt ?? held}
      title="Empty: a test prompt that nothing was trained on" autocomplete="off"
      onInput=${withValue((prompt) => change({ prompt }))}
    /><datalist id="steps-prompts">
      ${(project?.anchors ?? []).map(({ id, prompt }) => html`<option key=${id} value=${prompt} />`)}
    </datalist></label>
    <label class="steps-strengths"><span>LoRA strengths</span><input
      type="text" inputmode="decimal" autocomplete="off" value=${given.strengths}
      onInput=${withValue((text) => change({ strengths: text }))}
    /></label>
    <fieldset class="steps-chosen"><legend>Steps</legend>
      ${kept.map(
        (step) => html`<label key=${step}><input
          type="checkbox" checked=${chosen.includes(step)} onChange=${() => turn(step)}
        /><span>${step}</span></label>`,
      )}
    </fieldset>
    <div class="steps-go">
      <button type="submit" class="button" data-action="try-steps" disabled=${asking.value}>
        Generate${number ? ` ${count(number, "image")}` : ""}
      </button>
      <${Button} class="quiet" data-action="forget-steps" hidden=${inTraining()}
        onClick=${askToForget}>Delete these LoRAs…<//>
    </div>
    <p class="trial-said" role="status">${said.value}</p>
  </form>`;
}

/**
 * @param {number[]} steps
 * @param {number[]} strengths
 */
async function generate(steps, strengths) {
  said.value = !steps.length
    ? "Choose at least one step."
    : !strengths.length || strengths.some((one) => !(one >= 0 && one <= 2))
      ? "Write strengths from 0 to 2, such as 0.4 0.7 1."
      : "";
  if (said.value) return;
  asking.value = true;
  const { roundId: round } = state;
  const answer = await write("try_steps", {
    round,
    prompt: draftNow().prompt ?? "",
    steps,
    strengths,
    seed: "",
  });
  asking.value = false;
  if (!answer) return;
  said.value = answer.said;
  refresh();
  askTrials();
}

/** @param {{ grid: import("./step_grids.js").StepGrid }} props */
function StepGrid({ grid }) {
  const remove = html`<${Button}
    aria-label="Remove the images of ${grid.title}" title="Remove these images"
    onClick=${() => removeTrials(grid.all, `${count(grid.all.length, "image")} removed.`)}
  >✕<//>`;
  return html`<${GridTable}
    ...${grid} what="Step" beside=${remove} head=${(/** @type {number} */ row) => head(grid, row)}
  />`;
}

/**
 * What a row says of its step, and the button that takes it.
 * @param {import("./step_grids.js").StepGrid} grid
 * @param {number} row
 */
function head({ steps, former }, row) {
  const step = steps[row];
  const found = state.round?.validations.find((one) => one.step === step);
  const copies = found && html`<small>${copiesOf(found.copies, found.pictures)}</small>`;
  if (former || !state.round?.steps.kept.includes(step)) return copies;
  if (state.round.steps.used === step) return html`${copies}<small><b>This round’s LoRA</b></small>`;
  const label = `Use the LoRA of step ${step}`;
  const use = () => askToUse(step);
  return html`${copies}<${Button} aria-label=${label} title=${label} onClick=${use}>Use…<//>`;
}

/** @param {number} step */
async function askToUse(step) {
  const { round, roundId, rounds } = state;
  const here = rounds.find(({ id }) => id === roundId);
  if (!round || !here) return;
  const name = inSentence(here.name);
  const before = round.steps.used;
  const isKept = state.candidates.size > 0 || rounds.some(({ parent_id: parent }) => parent === roundId);
  const words = isKept
    ? [
        `A new round beside ${name} gets this LoRA. It has no images yet: press Generate there.`,
        `${here.name} keeps its LoRA, images, choices and later rounds. Nothing is trained again.`,
      ]
    : [
        `${here.name} then generates, is measured and exported with this LoRA. Nothing is trained again.`,
        `To go back, use ${before === null ? "another step" : `step ${before}`}.`,
      ];
  const taken = await ask({
    title: `Use the LoRA of step ${step}`,
    words,
    answers: [["use", isKept ? "Make the new round" : "Use it"]],
    attempt: () => write("use_step", { round: roundId, step }),
  });
  if (!taken) return;
  const { round: made } = taken;
  if (made !== roundId && state.roundId === roundId) openRound(made);
  await refresh();
  const undo = async () => {
    if (made !== roundId) {
      await archiveRound(made);
      if (roundId) openRound(roundId);
    } else if (before !== null) await write("use_step", { round: roundId, step: before });
    await refresh();
  };
  const canUndo = made !== roundId || before !== null;
  toast(
    made === roundId
      ? `${here.name} has the LoRA of step ${step}.`
      : `The new round has the LoRA of step ${step}.`,
    "plain",
    canUndo ? { label: "Undo", act: undo } : undefined,
  );
}

async function askToForget() {
  const { round, roundId } = state;
  if (!round) return;
  const { kept, used } = round.steps;
  const gone = kept.filter((step) => step !== used);
  await ask({
    title: "Permanently delete these LoRAs?",
    words: [
      `Those of ${listed(gone.map((step) => `step ${step}`))}. ` +
        "The round keeps its own LoRA, and generated images stay.",
    ],
    answers: [["delete", "Delete"]],
    attempt: () => write("forget_steps", { round: roundId }),
  });
  await refresh();
  askTrials();
}
