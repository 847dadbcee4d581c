/** The picture of a tried prompt, small and enlarged, and what the studio says of it. */
/** @import { Trial } from "payloads" */
import { state } from "../../app/store.js";
import { address } from "../../app/urls.js";
import { figures } from "../../kit/figures.js";
import { html } from "../../kit/html.js";
import { openViewer } from "../../viewer/viewer.js";
import { settingsOf, trialFacts, waitingWords } from "./words.js";

/**
 * @param {Trial} trial
 * @param {() => void} open it large
 */
export function face(trial, open) {
  if (trial.trouble) return html`<p class="trial-face trial-trouble">${trial.trouble}</p>`;
  if (!trial.version) return html`<p class="trial-face">${waitingWords(state.queue)}</p>`;
  return html`<button
    type="button" class="trial-face" onClick=${open}
    aria-label="Enlarge: ${trial.prompt}, ${trialFacts(trial)}"
  ><img src=${address("trial", trial)} alt="" loading="lazy" /></button>`;
}

/**
 * Show a picture large, beside the references; arrows turn to those of the list that are drawn.
 * @param {Trial} trial
 * @param {Trial[]} trials
 */
export function enlarge(trial, trials) {
  const drawn = trials.filter((one) => one.version && !one.trouble);
  const looks = drawn.map((one) => ({
    title: one.prompt,
    frames: [
      {
        name: one.round_name,
        src: address("trial", one),
        words: [settingsOf(one, ", "), judgedWords(one)].join(" · "),
      },
    ],
  }));
  openViewer({ looks, at: drawn.findIndex((one) => one.id === trial.id), what: "Image" });
}

/** What the studio says of an image: in words, or by its figures. @param {Trial} trial */
export function judgedWords({ judged }) {
  if (!judged || !figures.value) return judged?.plain ?? "";
  return judged.figures.map(([name, value]) => `${name.toLowerCase()} ${value}`).join(" · ");
}

/** The same under an image. @param {Trial} trial */
export const measures = (trial) => {
  const { judged } = trial;
  if (!judged) return null;
  const copy = judged.copy ? "" : null;
  if (!figures.value) return html`<p class="trial-judged" data-copy=${copy}>${judged.plain}</p>`;
  return html`<dl class="trial-judged" data-copy=${copy}>
    ${judged.figures.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
};
