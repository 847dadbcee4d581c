/** While the model learns and the round has no pictures yet: previews of the training fill the grid. */
import { on, state, workHere } from "../../app/store.js";
import { el, repeats, setText } from "../../kit/dom.js";
import { makePreviewButton, previewFigure } from "../../training/previews.js";
import { TRAININGS, waiting } from "../../training/now.js";
import { HALTED, jobTitle } from "../../top/job_words.js";
import { slotsOf } from "./slots.js";

/** @param {HTMLElement} grid */
export function mountWaiting(grid) {
  const [title, words] = [el("h3", {}), el("p", {})];
  const row = el("div", { class: "learning-slots" });
  const now = makePreviewButton();
  const node = el(
    "section",
    { class: "learning", "aria-label": "Previews of the training", hidden: true },
    el("div", { class: "learning-head" }, el("div", {}, title, words), now.node),
    row,
  );
  grid.prepend(node);
  const update = () => {
    node.hidden = !waiting();
    if (node.hidden) return;
    setText(title, titleOf());
    setText(words, wordsOf());
    now.update();
    show(row);
  };
  on("round job queue project candidates cleared forget preview", update);
  return node;
}

function titleOf() {
  const { job } = state;
  const work = workHere(TRAININGS);
  if (!work && job && HALTED.has(job.state)) return jobTitle(job);
  return (work ?? job)?.state === "queued"
    ? "The model will learn your reference"
    : "The model is learning your reference";
}

function wordsOf() {
  const every = state.project?.settings.tune.preview_every;
  const prompt = state.round?.previews.at(-1)?.prompt ?? state.round?.pool[0]?.prompt;
  if (!every && !state.round?.previews.length)
    return "Previews are off for this project. Turn them on under Advanced, or press Preview now.";
  const often = every ? `, drawn every ${every} steps` : "";
  return `The same prompt and seed as it learns${prompt ? `: “${prompt}”` : ""}${often}.`;
}

/** @param {HTMLElement} row */
function show(row) {
  const { job, round, project } = state;
  const training = TRAININGS.includes(job?.phase ?? "");
  const slots = slotsOf({
    previews: round?.previews ?? [],
    every: project?.settings.tune.preview_every ?? 0,
    done: training ? (job?.done ?? 0) : 0,
    total: training ? (job?.total ?? 0) : Number(project?.settings.tune.steps ?? 0),
    wanted: Boolean(job?.preview_wanted),
  });
  if (repeats(row, [state.roundId, slots])) return;
  row.replaceChildren(
    ...slots.map(({ step, preview, drawing }) =>
      preview
        ? previewFigure(preview)
        : el(
            "div",
            { class: "learning-slot", data: drawing ? { drawing: "" } : {} },
            el("span", {}, drawing ? "drawing…" : `step ${step}`),
          ),
    ),
  );
}
