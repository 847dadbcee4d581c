/** Table of the test prompts by priority: overfit rate with its interval, entropy, and why it was chosen. */
/** @import { Round, Score } from "payloads" */
import { isJudged, state, setFocus, setHover } from "../app/store.js";
import { projectFigure } from "../app/urls.js";
import { How } from "../how/how.js";
import { figures } from "../kit/figures.js";
import { percent, unbroken, undecided } from "../kit/format.js";
import { Button, html } from "../kit/html.js";
import { partsIn } from "../kit/places.js";
import { render } from "../vendor/preact.min.js";
import { Turn } from "./turn/turn.js";
import { editAnchors } from "../reference/anchors_editor.js";

/** @type {import("./views/views.js").Mount} */
export function mountAnchors(panel, { isOpen }) {
  render(html`<${Anchors} isOpen=${isOpen} />`, panel);
  return { rows, figure: () => projectFigure("rates") };
}

/** The table that is saved, with these numbers of each score as they are. */
const NUMBERS = /** @type {const} */ (["n", "copies", "rate", "low", "high", "entropy"]);
const rows = () => [
  ["priority", "test prompt", "pictures", ...NUMBERS.slice(1), "suggested"],
  ...state.scores.map((score) => {
    const numbers = NUMBERS.map((name) => score[name]);
    return [score.rank, score.prompt, ...numbers, score.chosen ? "yes" : "no"];
  }),
];

/** @param {{ isOpen: () => boolean }} props */
function Anchors({ isOpen }) {
  const { scores, round } = state;
  if (!isOpen()) return null;
  if (!scores.length || !round)
    return html`<div class="empty">
      <p>Test prompts are scored as their images are generated.</p>
      ${state.project && html`<${EditButton} />`}
    </div>`;
  const columns = ["", "Test prompt and why", ...(isJudged() ? ["Copies", "Uncertain"] : [])];
  const hot = state.candidates.get(state.hover ?? "")?.anchor_id;
  return html`${isJudged() && html`<${Weight} round=${round} />`}
    <div class="prompt-head">
      <${How} chapter="weights" />
      <span class="prompt-actions">${partsIn("prompts", { round })}<${EditButton} /></span>
    </div>
    <${Turn} />
    <table class="table">
      <thead>
        <tr>${columns.map(
          (name, i) => html`<th scope="col" title=${TITLES[i]} aria-label=${name || TITLES[i]}>${name}</th>`,
        )}</tr>
      </thead>
      <tbody>${scores.map(
        (score) => html`<${Line} key=${score.anchor_id} score=${score} hot=${hot} />`,
      )}</tbody>
    </table>`;
}

/** @param {{ round: Round }} props */
const Weight = ({ round: { mean_entropy: mean, example_weight: weight } }) => html`<p
  class="mean-entropy"
  title=${figures.value ? `Mean uncertainty over all test prompts: ${undecided(mean)}` : null}
>
  Accepted images train at weight <b>${Number(weight.toPrecision(2))}</b> (a reference counts 1).
</p>`;

const EditButton = () =>
  html`<${Button} data-action="edit-prompts" onClick=${editAnchors}>Edit test prompts<//>`;

const TITLES = [
  "Priority",
  "The prompt, and why it was chosen or not",
  "Share of copies, with its 95% interval",
  "How uncertain the model is about this prompt: 100% = half of the images are copies",
];

/** @param {{ score: Score, hot: string | undefined }} props */
function Line({ score, hot }) {
  const first = [...state.candidates.values()].find((c) => c.anchor_id === score.anchor_id)?.id ?? null;
  const go = () => setFocus(score.suggested ?? first, "anchors");
  return html`<tr
    data-anchor=${score.anchor_id} data-chosen=${score.chosen ? "yes" : "no"}
    data-hot=${score.anchor_id === hot ? "" : null} onClick=${go}
    onPointerEnter=${() => setHover(score.suggested ?? first, "anchors")}
    onPointerLeave=${() => setHover(null, "anchors")}
  >
    <td><span class="rank">${score.rank && isJudged() ? score.rank : "·"}</span></td>
    <th scope="row">
      <button type="button" class="link">${score.head}</button>
      ${score.chosen && html`<span class="star" role="img" title="Suggested" aria-label="suggested">★</span>`}
      <span class="why">${unbroken(score.reason)}</span>
    </th>
    ${
      isJudged() &&
      html`<td class="copies-cell"><${Interval} ...${score} /><span>${score.copies}/${score.n}</span></td>
        <td>${undecided(score.entropy)}</td>`
    }
  </tr>`;
}

/**
 * The overfit rate as a dot on its confidence interval.
 * @param {Score} score
 */
function Interval({ rate, low, high, copies, n }) {
  const range = `${percent(low)} to ${percent(high)}`;
  return html`<span
    class="interval" role="img" title="${percent(rate)}, 95% interval ${range}"
    aria-label="${copies} of ${n}: ${percent(rate)}, interval ${range}"
  >
    <i class="range" style="left: ${100 * low}%; width: ${100 * (high - low)}%" />
    <i class="dot" style="left: ${100 * rate}%" />
  </span>`;
}
