/** The picture of a tried prompt, small and enlarged. */
/** @import { Trial } from "payloads" */
import { state } from "../../app/store.js";
import { address } from "../../app/urls.js";
import { el, makeButton, reference } from "../../kit/dom.js";
import { openViewer } from "../../results/viewer.js";
import { settingsOf, trialFacts } from "./words.js";

/**
 * @param {Trial} trial
 * @param {Trial[]} trials The list that it stands in.
 */
export function face(trial, trials) {
  if (trial.trouble) return el("p", { class: "trial-face trial-trouble" }, trial.trouble);
  if (!trial.version) return el("p", { class: "trial-face" }, "Waiting to be generated…");
  return makeButton(
    {
      class: "trial-face",
      "aria-label": `Enlarge: ${trial.prompt}, ${trialFacts(trial)}`,
      data: { keep: `enlarge ${trial.id}` },
    },
    () => enlarge(trial, trials),
    el("img", { src: address("trial", trial), alt: "", loading: "lazy" }),
  );
}

/**
 * Show a picture large, beside the references; arrows turn to those of the list that are drawn.
 * @param {Trial} trial
 * @param {Trial[]} trials
 */
function enlarge(trial, trials) {
  const drawn = trials.filter((one) => one.version && !one.trouble);
  let place = drawn.findIndex((one) => one.id === trial.id);
  openViewer({
    row: (by) => {
      place = (place + by + drawn.length) % drawn.length;
      const { prompt, round_name: name } = drawn[place];
      const frame = { name, src: address("trial", drawn[place]), words: settingsOf(drawn[place]) };
      return { title: prompt, frames: [frame], at: 0 };
    },
    references: (state.project?.references ?? []).map(({ id, prompt }) => ({ src: reference(id), prompt })),
  });
}
