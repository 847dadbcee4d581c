/** Preview pictures, generated during training: at an interval or with Preview now. */
/** @import { Preview } from "payloads" */
import { emit, state } from "../app/store.js";
import { ask } from "../app/apply_poll.js";
import { training, waiting } from "./now.js";
import { write } from "../app/writes.js";
import { el, makeButton, reference, setAttribute, setText } from "../kit/dom.js";
import { openViewer } from "../results/viewer.js";

let asking = false; // for a preview; the studio has not answered yet

/** @param {Preview} preview */
const source = (preview) =>
  `preview/${encodeURIComponent(state.roundId ?? "")}/${preview.step}` +
  `?v=${encodeURIComponent(preview.version)}`;

/** The button Preview now. It answers at once: the place of the preview shows that it is drawn. */
export function makePreviewButton() {
  const node = makeButton(
    { data: { action: "preview" }, title: "Draw a preview at the next training step" },
    () => previewNow(node),
    "Preview now",
  );
  const update = () => {
    node.hidden = !training();
    node.disabled = asking || Boolean(state.job?.preview_wanted);
  };
  return { node, update };
}

/** Create the row of previews; call `update()` when the round or its job has changed. */
export function makePreviews() {
  const now = makePreviewButton();
  const hint = el("span", { class: "preview-hint" });
  const row = el("div", { class: "preview-row" });
  const node = el(
    "section",
    { class: "previews", "aria-label": "Previews", hidden: true },
    el("div", { class: "previews-head" }, el("b", {}, "While training"), hint, now.node),
    row,
  );
  const update = () => {
    const previews = state.round?.previews ?? [];
    node.hidden = waiting() || (!training() && !previews.length);
    now.update();
    const newest = previews.at(-1);
    const every = state.project?.settings.tune.preview_every;
    setText(
      hint,
      newest
        ? newest.prompt
        : every
          ? `a preview every ${every} steps`
          : "Previews are off. Turn them on under Advanced.",
    );
    const drawing = training() && Boolean(state.job?.preview_wanted);
    const signature = JSON.stringify([state.roundId, previews, drawing]);
    if (row.dataset.signature === signature) return;
    setAttribute(row, "data-signature", signature);
    row.replaceChildren(...previews.map(previewFigure));
    if (drawing) row.append(el("div", { class: "learning-slot", data: { drawing: "" } }, "drawing…"));
  };
  return { node, update };
}

/** @param {Preview} preview */
export function previewFigure(preview) {
  const picture = makeButton(
    { class: "preview", "aria-label": `Enlarge the picture of step ${preview.step}` },
    () => enlarge(preview),
    el("img", { src: source(preview), alt: "" }),
    el("span", {}, `step ${preview.step}`),
  );
  return picture;
}

/** @param {HTMLButtonElement} button */
async function previewNow(button) {
  const { job } = state;
  if (button.disabled || !job) return;
  asking = true;
  state.job = { ...job, preview_wanted: true };
  ask("job"); // a poll in flight knows nothing of it yet
  emit("job");
  const answer = await write("preview", { job: job.id });
  asking = false;
  if (!answer && state.job?.id === job.id) state.job = { ...state.job, preview_wanted: false };
  ask("job");
  emit("job");
}

/**
 * Show a preview large: the steps are turned through, with the references beside them.
 * @param {Preview} preview
 */
function enlarge(preview) {
  const previews = (state.round?.previews ?? []).filter(({ prompt }) => prompt === preview.prompt);
  const frames = previews.map((one) => ({
    name: `Step ${one.step}`,
    src: source(one),
    words: one.step ? "" : "before the training",
  }));
  const at = previews.findIndex(({ step }) => step === preview.step);
  openViewer({
    row: () => ({ title: preview.prompt, frames, at }),
    references: (state.project?.references ?? []).map(({ id, prompt }) => ({ src: reference(id), prompt })),
  });
}
