/** Try a prompt: draw any prompt with the shown round, keep the pictures, and use one as a candidate. */
/** @import { Trial } from "payloads" */
/** @import { Strengths } from "./draft.js" */
/** @typedef {{ prompt: string, seed: string, guidance: number | string, recipe: Strengths | null }} Given */
import { state, on, setFocus } from "../../app/store.js";
import { call, openRound, refresh } from "../../app/session.js";
import { newest } from "../../app/newest.js";
import { write } from "../../app/writes.js";
import { el, focusKept, focusedIn, makeButton, repeats, setText } from "../../kit/dom.js";
import { typedNumber } from "../../kit/format.js";
import { read } from "../../kit/settings_fields.js";
import { percent, slider, times } from "../../kit/slider.js";
import { toast } from "../../kit/toast.js";
import { keepTrial, keptTrial } from "./draft.js";
import { generationOf, pngText } from "./generation_data.js";
import { face } from "./face.js";
import { EXAMPLES } from "../../reference/anchors_editor.js";
import { gridsOf } from "./grids.js";
import { formProblem, strengthsIn, trialFacts } from "./words.js";

const NATIVE = "native"; // such a model has no strength for its references
const newRequest = newest();
/** @type {Trial[]} */
let trials = [];

/** @param {HTMLElement} panel */
export function mountTrials(panel) {
  const form = makeForm();
  const strip = el("div", { class: "trial-strip", role: "group", "aria-label": "Your images" });
  panel.append(form.node, strip);
  panel.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  panel.addEventListener("drop", async (event) => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    const found = generationOf(pngText(await file.arrayBuffer()) ?? "");
    if (found) form.fill(found);
    else toast(`“${file.name}” does not say how it was generated. Drop the saved PNG file.`, "error");
  });
  const load = async () => {
    if (panel.hidden || !state.projectId) return;
    form.follow();
    const isLatest = newRequest();
    const answer = await call("rounds", "trials", { project: state.projectId });
    if (!answer || !isLatest()) return;
    trials = answer.trials;
    show(strip, form);
  };
  on("view received", load);
  on("forget", () => {
    newRequest();
    trials = [];
    show(strip, form);
  });
  return { rows };
}

/** @returns {import("../views/table.js").Row[]} */
const rows = () => [
  ["round", "prompt", "seed", "guidance", "recipe"],
  ...trials.map((one) => [one.round_name, one.prompt, one.seed, one.guidance, one.recipe.words]),
];

/** The form, with its values and what it says. */
function makeForm() {
  const whyUntrained = () =>
    state.round?.kind === "refine" ? "Train on the pairs first." : "Fine-tune this round first.";
  const prompt = el("textarea", {
    rows: "1",
    maxlength: "3000",
    title: "Several lines are several prompts",
    placeholder: EXAMPLES.style,
    "aria-label": "Prompt",
    data: { keep: "trial prompt" },
  });
  const seed = number("Seed", "0", "numeric");
  const random = makeButton(
    { class: "quiet", title: "A random seed", "aria-label": "Random seed" },
    () => {
      seed.input.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
      keep();
    },
    "⚄",
  );
  seed.node.append(random);
  const guidance = number("Guidance", "4");
  const count = number("Seeds", "1", "numeric");
  count.node.title = "How many images of each prompt: with this seed and those after it";
  const strengths = number("Grid of strengths", "");
  strengths.input.placeholder = "0.4 0.7 1";
  strengths.node.title = "Each prompt and seed at each of these LoRA strengths, side by side";
  const early = slider("Early strength (layout)", 2, 1, times);
  const late = slider("Late strength (style)", 2, 1, times);
  const turn = slider(
    "Switch after",
    1,
    0.5,
    percent,
    "The share of the steps with the early strength; the last step is always late",
  );
  /** @param {Strengths} recipe */
  const setRecipe = (recipe) => {
    early.set(recipe.early);
    late.set(recipe.late);
    turn.set(recipe.early === recipe.late ? 0.5 : recipe.switch);
  };
  const recipe = el("div", { class: "trial-recipe" }, early.node, late.node, turn.node);
  const said = el("p", { class: "trial-said", role: "status" });
  const draw = el("button", { type: "submit", class: "button", data: { action: "try" } }, "Generate");
  const best = el("p", { class: "trial-said" });
  const isNative = () =>
    Boolean(
      state.project &&
        state.round?.kind === "instant" &&
        read(state.project.settings, "references.adapter") === NATIVE,
    );
  let followed = "";
  let asked = 0; // pictures that there are once the last one that was asked for is known
  let told = ""; // what was left out of the last prompt
  let drawnBy = "";
  let ownRecipe = false; // the strengths were moved by hand: another round leaves them alone
  const keep = () => {
    if (!state.projectId) return;
    const strengths = { early: early.value(), late: late.value(), switch: turn.value() };
    keepTrial(state.projectId, { ...values(), recipe: ownRecipe ? strengths : null });
  };
  const values = () => ({
    prompt: prompt.value,
    seed: seed.input.value,
    guidance: guidance.input.value,
    count: count.input.value,
    strengths: strengths.input.value,
  });
  const node = el(
    "form",
    {
      class: "trial-form",
      on: {
        input: ({ target }) => {
          ownRecipe ||= recipe.contains(/** @type {Node} */ (target));
          recipe.hidden = strengths.input.value.trim() !== "" || isNative();
          keep();
        },
        submit: async (event) => {
          event.preventDefault();
          const given = values();
          const problem = formProblem(given) || (state.round?.trained ? "" : whyUntrained());
          setText(said, problem);
          if (problem || draw.disabled) return;
          draw.disabled = true; // until it is queued: a double click means one picture
          setText(said, "Requesting your image…");
          const answer = await write("try_prompt", {
            round: state.roundId,
            prompt: given.prompt,
            seed: given.seed,
            guidance: typedNumber(given.guidance),
            early: early.value(),
            late: late.value(),
            switch: turn.value(),
            count: Number(given.count),
            strengths: strengthsIn(given.strengths),
          });
          draw.disabled = false;
          const lines = given.prompt.split("\n").filter((line) => line.trim()).length;
          const many = lines * Number(given.count) * (strengthsIn(given.strengths).length || 1);
          asked = answer ? trials.length + many : 0;
          told = answer?.said ?? "";
          const queued =
            many === 1
              ? "It is queued, and appears below when it is generated."
              : `${many} images are queued, and appear below when they are generated.`;
          setText(said, answer ? `${told} ${queued}`.trim() : "");
          if (answer) refresh();
        },
      },
    },
    el("label", { class: "trial-prompt" }, el("span", {}, "Prompt"), prompt),
    el("div", { class: "trial-numbers" }, seed.node, count.node, guidance.node, strengths.node, draw),
    recipe,
    best,
    said,
  );
  return {
    node,
    /** Show what the project teaches, and start with the guidance of its settings. */
    follow() {
      if (!state.project) return;
      const instant = state.round?.kind === "instant";
      const part = instant ? "references, relative to this round’s" : "LoRA";
      early.node.title = `Strength of the ${part}, in the first steps`;
      late.node.title = `Strength of the ${part}, in the last steps`;
      recipe.hidden = isNative() || strengths.input.value.trim() !== "";
      if (asked && trials.length >= asked && trials.every(({ version, trouble }) => version || trouble)) {
        asked = 0;
        setText(said, told);
      }
      if (state.round?.complete && drawnBy !== state.round.id) {
        drawnBy = state.round.id;
        if (!ownRecipe) setRecipe(state.round.recipe);
        const set = !ownRecipe && state.round.recipe.words;
        setText(best, set ? "Set to this round’s best strength schedule." : "");
      }
      const stands = state.project?.stands_for ?? "";
      setText(said, said.textContent || `{} stands for “${stands.replace(/^, /, "")}”.`);
      prompt.placeholder = EXAMPLES[state.project.kind];
      if (followed === state.projectId) return;
      followed = state.projectId ?? "";
      const draft = keptTrial(followed);
      prompt.value = draft?.prompt ?? "";
      seed.input.value = draft?.seed ?? "0";
      count.input.value = draft?.count ?? "1";
      strengths.input.value = draft?.strengths ?? "";
      ownRecipe = Boolean(draft?.recipe);
      if (draft?.recipe) {
        early.set(draft.recipe.early);
        late.set(draft.recipe.late);
        turn.set(draft.recipe.switch);
      }
      setText(said, `{} stands for “${stands.replace(/^, /, "")}”.`);
      guidance.input.value =
        draft?.guidance ?? String(state.project?.settings.generation?.guidance_scale ?? 4);
    },
    /** @param {Given} given */
    fill(given) {
      prompt.value = given.prompt;
      seed.input.value = given.seed;
      guidance.input.value = String(given.guidance);
      count.input.value = "1";
      strengths.input.value = "";
      recipe.hidden = isNative();
      if (given.recipe) setRecipe(given.recipe);
      ownRecipe ||= Boolean(given.recipe);
      keep();
      prompt.focus();
    },
  };
}

/**
 * A text field: a seed has more digits than a number field keeps.
 * @param {string} label
 * @param {string} value
 * @param {string} inputmode
 */
function number(label, value, inputmode = "decimal") {
  const input = el("input", { type: "text", value, inputmode, autocomplete: "off", "aria-label": label });
  return { input, node: el("label", {}, el("span", {}, label), input) };
}

/**
 * @param {HTMLElement} strip
 * @param {ReturnType<typeof makeForm>} form
 */
function show(strip, form) {
  if (repeats(strip, trials)) return;
  const keep = focusedIn(strip)?.dataset.keep;
  strip.role = trials.length ? "list" : "group"; // a list without items is none
  const { grids, others } = gridsOf(trials);
  strip.replaceChildren(
    ...grids.map(gridTable),
    ...(trials.length
      ? others.map((trial) => card(trial, form))
      : [el("p", { class: "empty" }, "Write any prompt and press Generate: the shown round generates it.")]),
  );
  focusKept(strip, keep, "button:not(:disabled)");
}

/**
 * Strengths side by side, a row for each prompt and seed.
 * @param {import("./grids.js").Grid} grid
 */
function gridTable({ title, strengths, rows: lines }) {
  const cell = (/** @type {Trial | undefined} */ trial) =>
    el(
      "td",
      {},
      trial
        ? [face(trial, trials), el("div", { class: "trial-acts" }, use(trial, "Use"), away(trial))]
        : null,
    );
  const table = el(
    "table",
    { class: "trial-grid" },
    el("caption", {}, title),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, "LoRA strength"),
        ...strengths.map((one) => el("th", { scope: "col" }, one)),
      ),
    ),
    el(
      "tbody",
      {},
      lines.map(({ name, cells }) =>
        el("tr", {}, el("th", { scope: "row", dir: "auto" }, name), ...cells.map(cell)),
      ),
    ),
  );
  return el("div", { class: "trial-grid-scroll", role: "listitem" }, table);
}

/** @param {Trial} trial */
const away = (trial) => button(trial, "forget", "✕", "Remove it from this list", () => forget(trial));

/**
 * @param {Trial} trial
 * @param {ReturnType<typeof makeForm>} form
 */
function card(trial, form) {
  return el(
    "article",
    { class: "trial", role: "listitem", data: { trial: trial.id } },
    face(trial, trials),
    el("p", { class: "trial-words", dir: "auto", translate: "no", title: trial.prompt }, trial.prompt),
    el("p", { class: "trial-facts" }, trialFacts(trial)),
    el(
      "div",
      { class: "trial-acts" },
      use(trial),
      button(trial, "again", "Again…", "Copy its values into the form", () => form.fill(trial)),
      away(trial),
    ),
  );
}

/**
 * Take a picture off the list; it can be put back.
 * @param {Trial} trial
 */
async function forget(trial) {
  if (!(await write("forget_trial", { trial: trial.id }))) return;
  refresh();
  const act = async () => {
    await write("restore_trial", { trial: trial.id });
    refresh();
  };
  toast("Removed from the list.", "plain", { label: "Undo", act });
}

/**
 * @param {Trial} trial
 * @param {string} [label]
 */
function use(trial, label = "Use as candidate") {
  if (!trial.version) return null;
  if (trial.candidate) {
    const id = trial.candidate;
    return button(trial, "show", "Show it", "It is one of the round's images", () => reveal(trial.round, id));
  }
  const why = "Then you can accept it for the next round. The figures of this round stay the same.";
  return button(trial, "use", label, `Use as candidate. ${why}`, async () => {
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

/**
 * @param {Trial} trial
 * @param {string} name
 * @param {string} label
 * @param {string} title
 * @param {() => unknown} act
 */
function button(trial, name, label, title, act) {
  return makeButton(
    {
      title,
      "aria-label": name === "forget" ? title : null,
      data: { action: name, keep: `${name} ${trial.id}` },
    },
    act,
    label,
  );
}
