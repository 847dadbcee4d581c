/** The picture of a tried prompt, small and enlarged. */
/** @import { Trial } from "payloads" */
import { address } from "../../app/urls.js";
import { html } from "../../kit/html.js";
import { openViewer } from "../../viewer/viewer.js";
import { settingsOf, trialFacts } from "./words.js";

/**
 * @param {Trial} trial
 * @param {Trial[]} trials The list that it stands in.
 */
export function face(trial, trials) {
  if (trial.trouble) return html`<p class="trial-face trial-trouble">${trial.trouble}</p>`;
  if (!trial.version) return html`<p class="trial-face">Waiting to be generated…</p>`;
  return html`<button
    type="button" class="trial-face" onClick=${() => enlarge(trial, trials)}
    aria-label="Enlarge: ${trial.prompt}, ${trialFacts(trial)}"
  ><img src=${address("trial", trial)} alt="" loading="lazy" /></button>`;
}

/**
 * Show a picture large, beside the references; arrows turn to those of the list that are drawn.
 * @param {Trial} trial
 * @param {Trial[]} trials
 */
function enlarge(trial, trials) {
  const drawn = trials.filter((one) => one.version && !one.trouble);
  const looks = drawn.map((one) => ({
    title: one.prompt,
    frames: [{ name: one.round_name, src: address("trial", one), words: settingsOf(one) }],
  }));
  openViewer({ looks, at: drawn.findIndex((one) => one.id === trial.id), what: "Image" });
}
