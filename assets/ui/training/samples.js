/** Pictures that are drawn in the middle of a training: by an interval, or by Sample now. */
import { state } from "../app/store.js";
import { call } from "../app/session.js";
import { el, setAttribute, setText } from "../kit/dom.js";
import { toast } from "../kit/toast.js";

let dialog = null;

export const sampleOpen = () => Boolean(dialog?.open);

/** Is a training of the round that is shown at its steps? */
function training() {
  const { job } = state;
  return job?.state === "running" && job.round_id === state.roundId && ["fine_tune", "refine"].includes(job.phase);
}

const source = (sample) => `/sample/${encodeURIComponent(state.roundId)}/${sample.step}?v=${encodeURIComponent(sample.version)}`;

/** The row of samples; call `update()` when the round or its job has changed. */
export function makeSamples() {
  const now = el("button", { type: "button", class: "button small", data: { action: "sample" }, title: "Draw a picture at the next training step", on: { click: () => sampleNow(now) } }, "Sample now");
  const hint = el("span", { class: "sample-hint" });
  const row = el("div", { class: "sample-row scroll" });
  const node = el("section", { class: "samples", "aria-label": "Pictures drawn while training", hidden: true },
    el("div", { class: "samples-head" }, el("b", {}, "While training"), hint, now), row);
  const update = () => {
    const samples = state.round?.samples ?? [];
    node.hidden = !training() && !samples.length;
    now.hidden = !training();
    const every = state.project?.settings.tune.sample_every;
    setText(hint, samples.length ? samples.at(-1).prompt : every ? `a picture every ${every} steps` : "no pictures by themselves: see Sample every on the Reference screen");
    const signature = JSON.stringify([state.roundId, samples]);
    if (row.dataset.signature === signature) return;
    setAttribute(row, "data-signature", signature);
    row.replaceChildren(...samples.map(figure));
    row.scrollLeft = row.scrollWidth;
  };
  return { node, update };
}

function figure(sample) {
  const picture = el("button", { type: "button", class: "sample", "aria-label": `Enlarge the picture of step ${sample.step}`, on: { click: () => enlarge(sample) } },
    el("img", { src: source(sample), alt: "" }), el("span", {}, `step ${sample.step}`));
  return picture;
}

async function sampleNow(button) {
  if (button.disabled) return;
  button.disabled = true;
  const answer = await call("top", "sample", { job: state.job?.id });
  if (answer) toast("A picture is drawn at the next step.");
  button.disabled = false;
}

function enlarge(sample) {
  dialog ??= document.body.appendChild(el("dialog", { class: "studio sample-view", "aria-label": "A picture drawn while training" }));
  dialog.onclick = () => dialog.close();
  dialog.replaceChildren(el("figure", {}, el("img", { src: source(sample), alt: sample.prompt }), el("figcaption", {}, `Step ${sample.step}: ${sample.prompt}`)),
    el("button", { type: "button", class: "button small", autofocus: true }, "Close"));
  dialog.showModal();
}
