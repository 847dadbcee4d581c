/** The form of *Try a prompt*: prompts, seeds and strengths, and what it says about them. */
/** @import { Strengths } from "./draft.js" */
import { ofProject, state } from "../../app/store.js";
import { refresh } from "../../app/session.js";
import { write } from "../../app/writes.js";
import { typedNumber } from "../../kit/format.js";
import { html, submitting, withValue } from "../../kit/html.js";
import { UnknownNote } from "../../kit/swaps.js";
import { read } from "../../kit/settings_fields.js";
import { subjectWords } from "../../reference/anchors_editor.js";
import { signal } from "../../vendor/signals.min.js";
import { changeDraft, draft } from "./draft.js";
import { formProblem, strengthsIn } from "./words.js";

const NATIVE = "native"; // such a model has no strength for its references
const AS_TRAINED = { early: 1, late: 1, switch: 0.5 };
/** What the form says of the last request; empty: the trigger words. */
const said = ofProject(() => "");
const asking = signal(false);
/** The prompt of the last request that the model was taught nothing of. */
const unknown = ofProject(() => /** @type {import("payloads").Unknown | null} */ (null));
/** Pictures that there are once the last one that was asked for is known, and what was left out of it. */
const asked = ofProject(() => ({ until: 0, words: "" }));

/**
 * Say no longer that images are queued, once all of them are drawn.
 * @param {import("payloads").Trial[]} trials
 */
export function tellDrawn(trials) {
  const drawn = trials.every(({ version, trouble }) => version || trouble);
  const { until, words } = asked.value;
  if (!until || trials.length < until || !drawn) return;
  said.value = words;
  asked.value = { until: 0, words: "" };
}

const isInstant = () => state.round?.with_references === true;
const isNative = () => isInstant() && read(state.project?.settings ?? {}, "references.adapter") === NATIVE;

/** The schedule of the round: the one that decides on the benchmark, else that of its best images. */
function ownRecipe() {
  const measured = state.measures?.rounds.find(({ id }) => id !== null && id === state.roundId);
  if (!state.round?.complete) return null;
  const { setting, setting_words: words, gain } = measured ?? {};
  return gain && setting ? { ...setting, words } : state.round.recipe;
}

/** The strengths of the form: those that were moved by hand, or else the round's own. */
function recipeNow() {
  const own = ownRecipe() ?? AS_TRAINED;
  const { early, late, switch: turn } = draft.value.recipe ?? own;
  return { early, late, switch: early === late ? 0.5 : turn };
}

/** Whether nothing sets the strengths: a grid has its own, and some models have none. */
const hidesRecipe = () => isNative() || draft.value.strengths.trim() !== "";

const howToWrite = () => subjectWords() && `Write “${subjectWords()}” in a prompt, or {} for short.`;

/** @param {{ trials: number }} props how many pictures there are */
export function TrialForm({ trials }) {
  const own = draft.value.recipe || hidesRecipe() ? null : ownRecipe();
  const isFull = own && own.early === 1 && own.late === 1;
  const best = own && !isFull ? "Set to this round’s best strength schedule." : null;
  const submit = submitting(() => asking.value || generate(trials));
  return html`<form class="trial-form" onSubmit=${submit}>
    <${Text}
      name="prompt" label="Prompt" title="Several lines are several prompts"
      placeholder=${state.project?.example}
    />
    <${UnknownNote} of=${unknown} use=${useInstead} />
    <${Text}
      name="negative" label="Negative prompt" placeholder="blurry, text"
      title="What the images should not show. Models without guidance ignore it."
    />
    <div class="trial-numbers">
      <${Short} name="seed" label="Seed" mode="numeric"><${RandomSeed} /><//>
      <${Short}
        name="count" label="Seeds" mode="numeric"
        title="How many images of each prompt: with this seed and those after it"
      />
      <${Short} name="guidance" label="Guidance" />
      <${Short}
        name="strengths" label="Grid of strengths" placeholder="0.4 0.7 1"
        title="Each prompt and seed at each of these LoRA strengths, side by side"
      />
      <button type="submit" class="button" data-action="try" disabled=${asking.value}>Generate</button>
    </div>
    <div class="trial-recipe" hidden=${hidesRecipe()}>
      ${SLIDERS.map((one) => html`<${Slider} key=${one.name} ...${one} />`)}
    </div>
    ${best && html`<p class="trial-said">${best}</p>`}
    <p class="trial-said" role="status">${said.value || howToWrite()}</p>
  </form>`;
}

/**
 * @typedef {{ name: "prompt" | "negative" | "seed" | "count" | "guidance" | "strengths", label: string,
 *   title?: string, placeholder?: string, mode?: string, children?: unknown }} Given
 */

/** @param {Given} props */
const bound = ({ name, label, placeholder }) => ({
  "aria-label": label,
  placeholder,
  value: draft.value[name],
  onInput: withValue((typed) => changeDraft({ [name]: typed })),
});

/** @param {Given} props */
const Text = (props) => html`<label class="trial-prompt" title=${props.title}>
  <span>${props.label}</span><textarea rows="1" maxlength="3000" ...${bound(props)} />
</label>`;

/** A text field also for numbers: a seed has more digits than a number field keeps. @param {Given} props */
const Short = (props) => html`<label title=${props.title}>
  <span>${props.label}</span>
  <input type="text" inputmode=${props.mode ?? "decimal"} autocomplete="off" ...${bound(props)} />
  ${props.children}
</label>`;

function RandomSeed() {
  const draw = () => changeDraft({ seed: String(crypto.getRandomValues(new Uint32Array(1))[0]) });
  return html`<button
    type="button" class="quiet" title="A random seed" aria-label="Random seed" onClick=${draw}
  >⚄</button>`;
}

/** @typedef {{ name: keyof Strengths, label: string, most: number, when: string }} SliderOf */
/** @type {SliderOf[]} */
const SLIDERS = [
  { name: "early", label: "Early strength (layout)", most: 2, when: "first" },
  { name: "late", label: "Late strength (style)", most: 2, when: "last" },
  { name: "switch", label: "Switch after", most: 1, when: "" },
];

/** @param {SliderOf} props */
function Slider({ name, label, most, when }) {
  const value = recipeNow()[name];
  const words = name === "switch" ? `at ${Math.round(100 * value)}%` : `${value}`;
  const part = isInstant() ? "references, relative to this round’s" : "LoRA";
  const title = when
    ? `Strength of the ${part}, in the ${when} steps`
    : "The share of denoising with the early strength; the last step is always late";
  const move = withValue((typed) => changeDraft({ recipe: { ...recipeNow(), [name]: Number(typed) } }));
  return html`<label title=${title}>
    <span>${label} <span aria-hidden="true">${words}</span></span>
    <input
      type="range" min="0" max=${most} step="0.05" aria-label=${label} aria-valuetext=${words}
      value=${value} onInput=${move}
    />
  </label>`;
}

/** Write what the model knows into the form. @param {string[]} prompts */
function useInstead(prompts) {
  const others = unknown.value?.prompts ?? [];
  unknown.value = null;
  let prompt = draft.value.prompt;
  for (const [i, known] of prompts.entries())
    if (prompt.includes(others[i])) prompt = prompt.replace(others[i], () => known);
    else if (!i) prompt += `\n${known}`;
  changeDraft({ prompt });
}

/**
 * Ask for the images of the form; a double click asks once.
 * @param {number} before how many pictures there are
 */
async function generate(before) {
  const given = draft.value;
  said.value = formProblem(given) || (state.round?.trained ? "" : (state.round?.closed.generate ?? ""));
  if (said.value) return;
  asking.value = true;
  said.value = "Requesting your image…";
  const strengths = strengthsIn(given.strengths);
  const answer = await write("try_prompt", {
    round: state.roundId,
    prompt: given.prompt,
    negative: given.negative,
    seed: given.seed,
    guidance: typedNumber(given.guidance),
    ...(isNative() ? { ...AS_TRAINED } : recipeNow()),
    count: Number(given.count),
    strengths,
  });
  asking.value = false;
  unknown.value = answer?.unknown ?? null;
  const lines = given.prompt.split("\n").filter((line) => line.trim()).length;
  const many = lines * Number(given.count) * (strengths.length || 1);
  asked.value = { until: answer ? before + many : 0, words: answer?.said ?? "" };
  const queued =
    many === 1
      ? "It is queued, and appears below when it is generated."
      : `${many} images are queued, and appear below when they are generated.`;
  said.value = answer ? `${asked.value.words} ${queued}`.trim() : "";
  if (answer) refresh();
}
