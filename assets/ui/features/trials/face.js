/** The picture of a tried prompt, small and enlarged, and what the studio says of it. */
/** @import { Trial } from "payloads" */
import { state } from "../../app/store.js";
import { address } from "../../app/urls.js";
import { html } from "../../kit/html.js";
import { metricName } from "../../measures/metrics.js";
import { openViewer } from "../../viewer/viewer.js";
import { settingsOf, trialFacts } from "./words.js";

/**
 * @param {Trial} trial
 * @param {() => void} open it large
 */
export function face(trial, open) {
  if (trial.trouble) return html`<p class="trial-face trial-trouble">${trial.trouble}</p>`;
  if (!trial.version) return html`<p class="trial-face">Waiting to be generated…</p>`;
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

/**
 * What the studio says of an image, in percent: [name, value].
 * @param {Trial} trial
 * @returns {[string, string][]}
 */
export function judgedOf({ judged }) {
  if (!judged) return [];
  const kind = state.project?.kind;
  /** @type {[string, number | null][]} */
  const all = [
    ["Copy risk", judged.copy_risk],
    ["Prompt match", judged.prompt_match],
    [metricName("carries", kind), judged.style_match],
  ];
  return all.flatMap(([name, value]) => (value === null ? [] : [[name, `${Math.round(100 * value)}%`]]));
}

/** @param {Trial} trial */
export const judgedWords = (trial) =>
  judgedOf(trial)
    .map(([name, value]) => `${name.toLowerCase()} ${value}`)
    .join(" · ");

/**
 * The same as lines under an image.
 * @param {Trial} trial
 */
export const measures = (trial) => {
  const found = judgedOf(trial);
  if (!found.length) return null;
  return html`<dl class="trial-judged" data-copy=${trial.judged?.copy ? "" : null}>
    ${found.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
};
