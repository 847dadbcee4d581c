/** Preview pictures, generated during training: at an interval or with Preview now. */
/** @import { Preview } from "payloads" */
import { state } from "../app/store.js";
import { ask } from "../app/apply_poll.js";
import { training, waiting } from "./now.js";
import { write } from "../app/writes.js";
import { Button, html } from "../kit/html.js";
import { openViewer } from "../viewer/viewer.js";
import { signal } from "../vendor/signals.min.js";

/** Was a preview asked for, and the studio has not answered yet? */
const asking = signal(false);

/** @param {Preview} preview */
const source = (preview) =>
  `preview/${encodeURIComponent(state.roundId ?? "")}/${preview.step}` +
  `?v=${encodeURIComponent(preview.version)}`;

/** The button Preview now. It answers at once: the place of the preview shows that it is drawn. */
export const PreviewButton = () => html`<${Button}
  data-action="preview" title="Generate a preview at the next training step" hidden=${!training()}
  disabled=${asking.value || Boolean(state.job?.preview_wanted)} onClick=${previewNow}
>Preview now<//>`;

/** The row of previews, for a component that is rendered again when the round or its job has changed. */
export function Previews() {
  const previews = state.round?.previews ?? [];
  const every = state.project?.settings.tune.preview_every;
  if (waiting() || (!training() && !previews.length)) return null;
  const hint = every ? `a preview every ${every} steps` : "Previews are off. Turn them on under Advanced.";
  return html`<section class="previews" aria-label="Previews">
    <div class="previews-head">
      <b>While training</b> <span class="preview-hint">${previews.at(-1)?.prompt ?? hint}</span>
      <${PreviewButton} />
    </div>
    <div class="preview-row">
      ${previews.map((preview) => html`<${PreviewFigure} key=${preview.step} preview=${preview} />`)}
      ${
        training() && state.job?.preview_wanted
          ? html`<div key="drawn" class="learning-slot" data-drawing="">generating…</div>`
          : null
      }
    </div>
  </section>`;
}

/** @param {Preview} preview */
const whenOf = ({ step }) => (step ? `step ${step}` : "before training");

/** @param {{ preview: Preview }} props */
export const PreviewFigure = ({ preview }) => html`<button
  type="button" class="preview" aria-label="Enlarge the image: ${whenOf(preview)}"
  onClick=${() => enlarge(preview)}
><img src=${source(preview)} alt="" /><span>${whenOf(preview)}</span></button>`;

async function previewNow() {
  const { job } = state;
  if (asking.value || !job) return;
  asking.value = true;
  state.job = { ...job, preview_wanted: true };
  ask("job"); // a poll in flight knows nothing of it yet
  const answer = await write("preview_now", { job: job.id });
  asking.value = false;
  if (!answer && state.job?.id === job.id) state.job = { ...state.job, preview_wanted: false };
  ask("job");
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
  openViewer({ looks: [{ title: preview.prompt, frames, at }] });
}
