/** Preview pictures, generated during training: at an interval or with Preview now. */
/** @import { Preview } from "../app/payloads.d.ts" */
import { state } from "../app/store.js";
import { write } from "../app/writes.js";
import { el, setAttribute, setText } from "../kit/dom.js";
import { toast } from "../kit/toast.js";

/** @type {HTMLDialogElement | null} */
let dialog = null;

export const previewOpen = () => Boolean(dialog?.open);

/** Is the current round being trained? */
function training() {
  const { job } = state;
  return (
    job?.state === "running" && job.round_id === state.roundId && ["fine_tune", "refine"].includes(job.phase)
  );
}

/** @param {Preview} preview */
const source = (preview) =>
  `/preview/${encodeURIComponent(state.roundId ?? "")}/${preview.step}` +
  `?v=${encodeURIComponent(preview.version)}`;

/** Create the row of previews; call `update()` when the round or its job has changed. */
export function makePreviews() {
  const now = el(
    "button",
    {
      type: "button",
      class: "button small",
      data: { action: "preview" },
      title: "Draw a preview at the next training step",
      on: { click: () => previewNow(now) },
    },
    "Preview now",
  );
  const hint = el("span", { class: "preview-hint" });
  const row = el("div", { class: "preview-row scroll" });
  const node = el(
    "section",
    { class: "previews", "aria-label": "Previews", hidden: true },
    el("div", { class: "previews-head" }, el("b", {}, "While training"), hint, now),
    row,
  );
  const update = () => {
    const previews = state.round?.previews ?? [];
    node.hidden = !training() && !previews.length;
    now.hidden = !training();
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
    const signature = JSON.stringify([state.roundId, previews]);
    if (row.dataset.signature === signature) return;
    setAttribute(row, "data-signature", signature);
    row.replaceChildren(...previews.map(figure));
    row.scrollLeft = row.scrollWidth;
  };
  return { node, update };
}

/** @param {Preview} preview */
function figure(preview) {
  const picture = el(
    "button",
    {
      type: "button",
      class: "preview",
      "aria-label": `Enlarge the picture of step ${preview.step}`,
      on: { click: () => enlarge(preview) },
    },
    el("img", { src: source(preview), alt: "" }),
    el("span", {}, `step ${preview.step}`),
  );
  return picture;
}

/** @param {HTMLButtonElement} button */
async function previewNow(button) {
  if (button.disabled) return;
  button.disabled = true;
  const answer = await write("preview", { job: state.job?.id });
  if (answer) toast("A preview is drawn at the next step.");
  button.disabled = false;
}

/** @param {Preview} preview */
function enlarge(preview) {
  dialog ??= document.body.appendChild(
    el("dialog", { class: "studio preview-view", "aria-label": "A preview" }),
  );
  const box = dialog;
  box.onclick = () => box.close();
  box.replaceChildren(
    el(
      "figure",
      {},
      el("img", { src: source(preview), alt: preview.prompt }),
      el("figcaption", {}, `Step ${preview.step}: ${preview.prompt}`),
    ),
    el("button", { type: "button", class: "button small", autofocus: true }, "Close"),
  );
  box.showModal();
}
